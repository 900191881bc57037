/** Every function that writes what searches of a library see notes the change, or is listed here with the reason. */
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasNoted, inTransaction, noteLibraryChange } from '../../../src/kernel/db/library-notes.ts';
import { openTestDatabase, type TestDatabase } from '../../support/kits/database.ts';

const SOURCES = ['src/', 'worker-node/', 'cli/'].map((folder) => new URL(`../../../${folder}`, import.meta.url));

/** Functions that write such a table without a note, and why. */
const WITHOUT_NOTE: Readonly<Record<string, string>> = {
  insertResource: 'a document without chunks is found by no search',
  setCentralities: 'searches do not see centrality',
  lockResource: 'it changes no value',
  mirrorStages: 'searches do not see the state of processing',
  putSource: 'searches do not see how large the original is',
  deleteModelRows: 'searches do not see vectors of a retired model',
  withdrawActivation: 'the active model stays',
  deleteEmbeddingModel: 'a retired model without vectors',
  replaceChunkVectors: 'insertChunkVectors, which it calls, notes the change',
};

const WRITES = /\.(?:insert|update|delete)\((?:resources|chunks|chunkVectors|embeddingModels)\)/;
const NOTES = /\bnote(?:LibraryChange|IfSearched|Rebuilds)\(/;

/** The declarations of a module, by name. */
const declarations = (source: string) =>
  source.split(/^(?=(?:export )?(?:async )?(?:function|const) )/m).map((text) => {
    const name = /^(?:export )?(?:async )?(?:function\*?|const) (\w+)/.exec(text)?.[1] ?? '';
    return { name, text };
  });

async function writers() {
  const found: { name: string; notes: boolean }[] = [];
  for (const folder of SOURCES)
    for (const file of await readdir(folder, { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      for (const { name, text } of declarations(await readFile(new URL(file, folder), 'utf8')))
        if (WRITES.test(text)) found.push({ name, notes: NOTES.test(text) });
    }
  return found;
}

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

test('library notes: every function that writes what searches see notes it, or writes nothing that they see', async () => {
  const found = await writers();
  expect(found.filter(({ notes }) => notes).length).toBeGreaterThan(5);
  expect(
    found
      .filter(({ notes }) => !notes)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(Object.keys(WITHOUT_NOTE).toSorted());
  for (const [name, reason] of Object.entries(WITHOUT_NOTE)) expect(reason, name).toMatch(/^\w.{15,}$/);
});

test('library notes: a change is noted in a transaction, and nowhere else', async () => {
  const change = { ownerId: 'ada', resourceId: 'ice', kind: 'changed' } as const;
  expect(() => noteLibraryChange(database.db, change)).toThrow('in a transaction');
  const rolledBack = inTransaction(database.db, async (tx) => {
    expect(hasNoted(tx, change)).toBe(false);
    await inTransaction(tx, async (same) => {
      expect(same).toBe(tx);
      noteLibraryChange(same, change);
    });
    expect(hasNoted(tx, change)).toBe(true);
    throw new Error('rolled back');
  });
  await expect(rolledBack).rejects.toThrow('rolled back');
});
