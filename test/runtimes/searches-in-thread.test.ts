import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { openSqliteFile } from '../../src/adapters/sqlite.ts';

vi.mock(import('../../src/adapters/sqlite.ts'), async (original) => {
  const module = await original();
  return { ...module, openSqliteFile: vi.fn(module.openSqliteFile) };
});

let folder: string;
afterEach(() => rm(folder, { recursive: true, force: true }));

test('open database: searches of an API on SQLite do not run on the thread that serves', async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharos-searches-'));
  const database = await openDatabase({ database: { kind: 'sqlite', path: join(folder, 'p.db') } }, { sqliteThread: 'writes' });
  try {
    await database.migrate();
    // The client of this thread; that of the other thread was opened there.
    const opened = await vi.mocked(openSqliteFile).mock.results[0]?.value;
    const here = vi.spyOn(opened.client, 'execute');
    expect(await database.chunkIndex.keyword({ text: 'glacier' }, { ownerId: 'ada' }, 10)).toEqual([]);
    expect(here).not.toHaveBeenCalled();
  } finally {
    await database.close();
  }
});
