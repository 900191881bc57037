import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DrizzleQueryError, eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { migrateSqlite } from '../../src/adapters/migrate-sqlite.ts';
import { openSqliteFile } from '../../src/adapters/sqlite.ts';
import { sqlitePath } from '../../src/kernel/config/sqlite-path.ts';
import { toDatabaseAppError } from '../../src/kernel/db/connection-errors.ts';
import * as schema from '../../src/kernel/db/schema.sqlite.ts';
import { openTestSqlite } from '../support/kits/database.ts';

/** Longer than the 20 ms after which SQLite itself stops waiting. */
const longerThanSqliteWaits = () => new Promise((resolve) => setTimeout(resolve, 100));

const revocation = (key: string) => ({ key, expiresAt: 1, createdAt: 1 });

test('SQLite: fifty overlapping transactions commit, and a failed one writes nothing and releases the lock', async () => {
  const { db, close } = await openTestSqlite();
  const writes = Array.from({ length: 50 }, (_, i) =>
    db.transaction(async (tx) => {
      await tx.insert(schema.revocations).values(revocation(`a${i}`));
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (i === 25) throw new Error('on purpose');
      await tx.insert(schema.revocations).values(revocation(`b${i}`));
    }),
  );
  const results = await Promise.allSettled(writes);
  expect(results.filter((result) => result.status === 'rejected')).toHaveLength(1);
  expect(await db.select().from(schema.revocations)).toHaveLength(98);
  expect(await db.select().from(schema.revocations).where(eq(schema.revocations.key, 'a25'))).toHaveLength(0);
  await close();
});

test('SQLite: two clients of one file write concurrently without a lost or refused row', async () => {
  const first = await openTestSqlite();
  const other = await openSqliteFile(first.path);
  const insert = (client: typeof other.client, key: string) =>
    client.execute({ sql: 'insert into revocations (key, expires_at, created_at) values (?, 1, 1)', args: [key] });
  await Promise.all(Array.from({ length: 200 }, (_, i) => insert(i % 2 ? first.client : other.client, `k${i}`)));
  expect(await first.db.select().from(schema.revocations)).toHaveLength(200);
  other.close();
  await first.close();
});

test('SQLite: a write that waited for another process is committed when it resolves, and leaves no lock', async () => {
  const ours = await openTestSqlite();
  const theirs = await openSqliteFile(ours.path);
  const rows = async () => (await theirs.client.execute('select key from revocations order by key')).rows.map(({ key }) => key);
  const writes = {
    a: () => ours.db.insert(schema.revocations).values(revocation('a')),
    b: () => ours.db.transaction((tx) => tx.insert(schema.revocations).values(revocation('b'))),
  };
  for (const write of Object.values(writes)) {
    const lock = await theirs.client.transaction('write');
    const [written] = await Promise.all([Promise.allSettled([write()]), longerThanSqliteWaits().then(() => lock.commit())]);
    expect(written[0]?.status).toBe('fulfilled');
  }
  expect(await rows()).toEqual(['a', 'b']);
  await theirs.client.execute("insert into revocations (key, expires_at, created_at) values ('c', 1, 1)");
  expect(await rows()).toEqual(['a', 'b', 'c']);
  theirs.close();
  await ours.close();
});

test('SQLite: reads succeed while a write waits for another process', async () => {
  const ours = await openTestSqlite();
  const theirs = await openSqliteFile(ours.path);
  const lock = await theirs.client.transaction('write');
  const waiting = ours.db.insert(schema.revocations).values(revocation('a')).execute();
  const reads = await Promise.all(Array.from({ length: 100 }, () => ours.db.select().from(schema.revocations)));
  expect(reads.every((found) => found.length === 0)).toBe(true);
  await lock.commit();
  await waiting;
  expect(await ours.db.select().from(schema.revocations)).toHaveLength(1);
  theirs.close();
  await ours.close();
});

test('SQLite: the error for a file that cannot be opened names path, rights and free disk space', async () => {
  await expect(openSqliteFile('/etc/hostname/x/pharos.db')).rejects.toThrow(
    /\/etc\/hostname\/x\/pharos\.db.*(readable|rights).*(MB free|unknown)/,
  );
  await expect(openSqliteFile('/tmp')).rejects.toThrow(/it is a folder/);
});

test.each([
  ['file:data/pharos.db', 'data/pharos.db'],
  ['file:/var/lib/pharos.db', '/var/lib/pharos.db'],
  ['file:///var/lib/pharos.db', '/var/lib/pharos.db'],
  ['sqlite:///relative.db', 'relative.db'],
  ['sqlite:////var/lib/pharos.db', '/var/lib/pharos.db'],
  ['sqlite+aiosqlite:///./x.db', './x.db'],
  ['postgres://h/db', undefined],
])('SQLite: the path of %s is %s', (url, path) => {
  expect(sqlitePath(url)).toBe(path);
});

test('SQLite: only the user reads the files and a folder that was made; files of an earlier version are tightened', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'pharos-modes-'));
  const path = join(parent, 'made', 'pharos.db');
  const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);
  const modes = () => Promise.all([path, `${path}-wal`, `${path}-shm`].map(modeOf));
  const first = await openSqliteFile(path);
  await first.client.execute('create table t (a)');
  expect(await modeOf(join(parent, 'made'))).toBe('700');
  expect(await modes()).toEqual(['600', '600', '600']);
  for (const file of [path, `${path}-wal`, `${path}-shm`]) await chmod(file, 0o644);
  await chmod(join(parent, 'made'), 0o755);
  const second = await openSqliteFile(path);
  expect(await modes()).toEqual(['600', '600', '600']);
  expect(await modeOf(join(parent, 'made'))).toBe('755');
  second.close();
  first.close();
  await rm(parent, { recursive: true });
});

test('database without room: the problem says so instead of "cannot be reached"', () => {
  for (const code of ['SQLITE_FULL', '53100']) {
    const failure = toDatabaseAppError(new DrizzleQueryError('insert', [], Object.assign(new Error(code), { code })));
    expect(failure, code).toMatchObject({ code: 'unavailable', detail: 'The database has no room left', retryAfter: 5 });
  }
});

test('SQLite migration: of three pending migrations the first stays applied, the failed second leaves nothing, and the next start goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pharos-migrations-'));
  const { client, close } = await openSqliteFile(join(folder, 'pharos.db'));
  const write = async (name: string, sql: string) => writeFile(join(folder, `${name}.sql`), sql);
  const tags = ['first', 'second', 'third'];
  const entries = tags.map((tag, idx) => ({ idx, version: '6', when: 1000 + idx, tag, breakpoints: true }));
  await mkdir(join(folder, 'meta'));
  await writeFile(join(folder, 'meta', '_journal.json'), JSON.stringify({ version: '7', dialect: 'sqlite', entries }));
  for (const tag of tags) await write(tag, `create table ${tag} (id int);`);
  await write('second', 'create table second (id int);--> statement-breakpoint\ninsert into missing values (1);');
  const tables = async () => {
    const { rows } = await client.execute("select name from sqlite_master where name in ('first', 'second', 'third') order by 1");
    return rows.map(({ name }) => name);
  };
  await expect(migrateSqlite(client, folder)).rejects.toThrow('no such table: missing');
  expect(await tables()).toEqual(['first']);
  await write('second', 'create table second (id int);');
  await migrateSqlite(client, folder);
  expect(await tables()).toEqual(tags);
  close();
  await rm(folder, { recursive: true, force: true });
});
