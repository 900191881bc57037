/** Copies a library made by the real pipeline between the databases and back, in one run or with an interruption. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyDatabase } from '../../cli/copy/copy-database.ts';
import { tablesInOrder } from '../../cli/copy/tables.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { parseDatabaseUrl } from '../../src/kernel/config/urls.ts';
import { chunks, users } from '../../src/kernel/db/schema.sqlite.ts';
import { article } from '../support/fakes/article-server.ts';
import { createClient } from '../support/kits/client.ts';
import { runCommand } from '../support/kits/command-line.ts';
import { openTestPostgres } from '../support/kits/database.ts';
import { startPharos } from '../support/servers/servers.ts';

let folder: string;
let source: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharos-copy-'));
  source = `file:${join(folder, 'pharos.db')}`;
  const pharos = await startPharos({ DATA_DIR: folder });
  const ada = createClient(pharos.url);
  await ada.login();
  for (const name of ['account-access.html', 'glacier.html', 'sourdough.md', 'event-loop.txt']) {
    const type = name.endsWith('html') ? 'text/html' : name.endsWith('md') ? 'text/markdown' : 'text/plain';
    await ada.finished(
      await ada.post({
        content: await article(name),
        content_type: type,
        tags: ['a,b', 'ü'],
        metadata: { n: 0.1, deep: [null] },
      }),
    );
  }
  await pharos.stop();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const open = async (url: string) => {
  const database = parseDatabaseUrl(url, 'disable');
  if (!database) throw new Error(url);
  return openDatabase({ database });
};
async function copied(from: string, to: string) {
  const [a, b] = [await open(from), await open(to)];
  try {
    return await copyDatabase({ from: a, to: b, progress: () => undefined });
  } finally {
    await a.close();
    await b.close();
  }
}
const pharos = (args: string[]) => runCommand(args, { DATA_DIR: folder });

test('tablesInOrder: every table appears once, after the tables it references', () => {
  const names = tablesInOrder().map(({ name }) => name);
  expect(names.indexOf('users')).toBeLessThan(names.indexOf('resources'));
  expect(names.indexOf('chunks')).toBeLessThan(names.indexOf('chunk_vectors'));
  expect(names).toContain('webhook_events');
  expect(new Set(names).size).toBe(names.length);
});

test('db copy: SQLite to PostgreSQL and back keeps every table’s rows, and search works', async () => {
  const target = await openTestPostgres();
  const there = await copied(source, target.url);
  const rows = Object.fromEntries(there.map(({ table, rows }) => [table, rows]));
  expect(rows).toMatchObject({ users: expect.any(Number), resources: 4, resource_stages: 20, jobs: 4 });
  expect(rows.chunk_vectors).toBeGreaterThanOrEqual(4);
  const back = `file:${join(folder, 'back.db')}`;
  expect(await copied(target.url, back)).toEqual(there);

  const database = await open(target.url);
  const [ada] = await database.db.select().from(users);
  const index = database.chunkIndex;
  expect(await index.keyword({ text: 'glaciers' }, { ownerId: String(ada?.id) }, 3)).not.toEqual([]);
  // The sequence of chunk numbers continues after the copied rows.
  const [chunk] = await database.db.select().from(chunks).limit(1);
  const { seq: _, ...rest } = chunk as NonNullable<typeof chunk>;
  await database.db.insert(chunks).values({ ...rest, id: 'new', position: 9999 });
  await database.close();
  await target.close();
});

test('db copy: a non-empty target is refused and stays unchanged', async () => {
  const target = await openTestPostgres();
  await target.client`insert into revocations (key, expires_at, created_at) values ('k', 1, 1)`;
  await expect(copied(source, target.url)).rejects.toThrow('is not empty: revocations has rows');
  expect(await target.client`select count(*) as count from users`).toMatchObject([{ count: 0 }]);
  await target.close();
});

test('db copy: an interrupted copy continues where it stopped, but not from another source', async () => {
  const target = await openTestPostgres();
  const [a, b] = [await open(source), await open(target.url)];
  const cut = new Error('cut');
  const half = copyDatabase({
    from: a,
    to: b,
    progress: (table) => {
      if (table === 'chunks') throw cut;
    },
  });
  await expect(half).rejects.toBe(cut);
  const before = await target.client`select count(*)::int as count from resources`;
  expect(before).toMatchObject([{ count: 4 }]);
  await a.close();
  await b.close();
  const other = `file:${join(folder, 'other.db')}`;
  const prepared = await open(other);
  await prepared.migrate();
  await prepared.close();
  await expect(copied(other, target.url)).rejects.toThrow('holds part of a copy of');
  const counts = await copied(source, target.url);
  expect(counts.find(({ table }) => table === 'resources')).toMatchObject({ rows: 4 });
  await target.close();
});

test('db copy: a second run completes a copy that was killed by SIGKILL', async () => {
  const target = await openTestPostgres();
  const args = ['bin/pharos.js', 'db', 'copy', '--from', source, '--to', target.url];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, DATA_DIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout });
  setTimeout(() => child.kill('SIGKILL'), 400);
  await new Promise((resolve) => child.once('exit', resolve));
  const { code, stdout } = await pharos(args.slice(1));
  // If the first run had finished, the second refuses the non-empty target.
  if (code !== 0) expect((await target.client`select count(*)::int as count from resources`)[0]).toMatchObject({ count: 4 });
  else expect(stdout).toMatch(/^resources +4 rows {2}[\da-f]+$/m);
  await target.close();
});

test.each([
  [['db', 'copy'], 'expected --from'],
  [['db', 'copy', '--from', 'file:/tmp/x'], 'expected --to'],
  [['db', 'copy', '--from', 'mysql://x/y', '--to', 'file:/tmp/y'], '--from: expected a sqlite:'],
])('db copy: wrong options %j are explained with exit code 2', async (args, message) => {
  const { code, stderr } = await pharos(args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});
