/** How SQLite finds the rows of a library: a plan that reads all of it for each block grows with the square of its size. */
import type { Client, InStatement } from '@libsql/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replaceChunks } from '../../../../src/kernel/db/chunks.ts';
import { readLibrary, readLibraryDocuments } from '../../../../src/kernel/db/library-rows.ts';
import { openSqlite } from '../../../../src/kernel/db/open-sqlite.ts';
import { manualClock } from '../../../support/fakes/doubles.ts';
import { openTestSqlite } from '../../../support/kits/database.ts';
import { seedJob, seedOwner } from '../../../support/kits/jobs.ts';

const clock = manualClock();
let database: Awaited<ReturnType<typeof openTestSqlite>>;
beforeAll(async () => {
  database = await openTestSqlite();
});
afterAll(() => database.close());

/** The statements that `read` runs. */
async function statementsOf(read: (db: ReturnType<typeof openSqlite>) => Promise<unknown>): Promise<InStatement[]> {
  const { client } = database;
  const statements: InStatement[] = [];
  const execute = (statement: InStatement) => {
    statements.push(statement);
    return client.execute(statement);
  };
  const recorded = new Proxy(client, {
    get: (target, key) => (key === 'execute' ? execute : Reflect.get(target, key).bind(target)),
  }) as Client;
  await read(openSqlite(recorded));
  return statements;
}

test('library rows: each statement of a library’s reading finds its rows by an index of what it asks for', async () => {
  const { db } = database;
  const ownerId = await seedOwner({ db, clock });
  const { resourceId } = await seedJob({ db, clock }, { ownerId });
  const chunk = { resourceId, ownerId, text: 'a', context: 'b', headingPath: [], charStart: 0, charEnd: 1, wordCount: 1 };
  await replaceChunks(db, resourceId, [{ ...chunk, id: crypto.randomUUID(), position: 0, pageStart: null, pageEnd: null }]);
  const model = 'm';
  const statements = await statementsOf(async (recorded) => {
    for await (const block of readLibrary(recorded, { ownerId, model })) expect(block).toHaveLength(1);
    expect(await readLibraryDocuments(recorded, { ownerId, model, ids: [resourceId, 'other'] })).toHaveLength(1);
  });
  expect(statements).toHaveLength(4);
  for (const statement of statements) {
    const { sql, args } = typeof statement === 'string' ? { sql: statement, args: [] } : statement;
    const { rows } = await database.client.execute({ sql: `explain query plan ${sql}`, args: args ?? [] });
    for (const { detail } of rows) {
      expect(detail).not.toMatch(/^SCAN/);
      expect(detail).not.toContain('chunks_owner');
    }
  }
});
