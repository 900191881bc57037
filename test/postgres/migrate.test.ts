/** Migrations of PostgreSQL beside servers that go on, and after a failure. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type MigrateOptions, migratePostgres } from '../../src/adapters/migrate-postgres.ts';
import { packagePath } from '../../src/adapters/package-files.ts';
import { connectPostgres } from '../../src/adapters/postgres.ts';
import { type PostgresServer, startPostgres } from '../support/servers/postgres.ts';

const FOLDER = packagePath('migrations/postgres');
let server: PostgresServer;
let folder: string;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.close());

let count = 0;
let url: string;
const clients: ReturnType<typeof connectPostgres>[] = [];
const connect = () => {
  const client = connectPostgres({ url, sslMode: 'disable', max: 2 });
  clients.push(client);
  return client;
};
const migrate = (options: Partial<MigrateOptions> = {}) => migratePostgres({ url, sslMode: 'disable', ...options });

interface Journal {
  entries: { idx: number; version: string; when: number; tag: string; breakpoints: boolean }[];
}
const journalPath = () => join(folder, 'meta', '_journal.json');
const readJournal = async () => JSON.parse(await readFile(journalPath(), 'utf8')) as Journal;
/** Keeps only the migrations up to `tag`, and adds `more`. */
async function limitTo(tag: string, more: Record<string, string> = {}) {
  const { entries, ...rest } = await readJournal();
  const kept = entries.slice(0, entries.findIndex((entry) => entry.tag === tag) + 1);
  for (const [name, sql] of Object.entries(more)) {
    const last = kept.at(-1);
    if (!last) throw new Error(`there is no migration ${tag}`);
    kept.push({ ...last, idx: last.idx + 1, when: last.when + 1, tag: name });
    await writeFile(join(folder, `${name}.sql`), sql);
  }
  await writeFile(journalPath(), JSON.stringify({ ...rest, entries: kept }));
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharos-migrations-'));
  await cp(FOLDER, folder, { recursive: true });
  url = server.url;
  const admin = connect();
  await admin.unsafe(`create database migrated_${++count}`);
  url = server.url.replace(/\/postgres$/, `/migrated_${count}`);
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.end({ timeout: 0 });
  await rm(folder, { recursive: true, force: true });
});

const lastTag = async () => {
  const [row] = await connect()`select max(created_at) as last from drizzle.__drizzle_migrations`;
  return (await readJournal()).entries.find(({ when }) => when === Number(row?.last))?.tag;
};

describe('migration beside a long reader', () => {
  /** A transaction that has read `users` and stays open until `end`. */
  async function openReader() {
    const finish = Promise.withResolvers<void>();
    const hasRead = Promise.withResolvers<void>();
    const done = connect().begin(async (tx) => {
      await tx`select count(*) from users`;
      hasRead.resolve();
      await finish.promise;
    });
    await hasRead.promise;
    return {
      end: async () => {
        finish.resolve();
        await done;
      },
    };
  }

  test('migrate: queries go on while a migration cannot get the lock of users, and it succeeds once the reader has gone', async () => {
    await limitTo('0002_chunk_codes');
    await migrate({ folder });
    const reader = await openReader();
    const observer = connect();
    const notices: string[] = [];
    const migrating = migrate({ lockTimeoutMs: 300, pauseMs: 50, notify: (notice) => notices.push(notice) });
    // Each of these queries begins behind the waiting ALTER TABLE, and ends although the reader is still there.
    for (let served = 0; served < 3; ) {
      const [waiting] = await observer`
        select 1 from pg_locks where relation = 'users'::regclass and mode = 'AccessExclusiveLock' and not granted`;
      if (!waiting) continue;
      await observer`select count(*) from users`;
      served += 1;
    }
    expect(notices.length).toBeGreaterThanOrEqual(2);
    expect(notices[0]).toMatch(
      /^Migration 0003_credentials_epoch of 127\.0\.0\.1:\d+\/migrated_\d+ waits for another transaction.* tried again in 0\.05 s$/,
    );
    await reader.end();
    await migrating;
    await cp(FOLDER, folder, { recursive: true });
    expect(await lastTag()).toBe((await readJournal()).entries.at(-1)?.tag);
  });

  test('migrate: a migration that never gets its locks fails with its name and a remedy, and the next one goes on', async () => {
    await limitTo('0002_chunk_codes');
    await migrate({ folder });
    const reader = await openReader();
    await expect(migrate({ lockTimeoutMs: 20, pauseMs: 1, patienceMs: 0 })).rejects.toThrow(
      /cannot be used: migration 0003_credentials_epoch did not get its locks within 0 s: end the transactions that hold them/,
    );
    await reader.end();
    await migrate();
  });

  test('migrate: several processes that wait for the same reader all succeed', async () => {
    await limitTo('0002_chunk_codes');
    await migrate({ folder });
    const reader = await openReader();
    const refused = Promise.withResolvers<void>();
    const all = Array.from({ length: 3 }, () => migrate({ lockTimeoutMs: 50, pauseMs: 10, notify: () => refused.resolve() }));
    await refused.promise;
    await reader.end();
    await Promise.all(all);
  });
});

test('migrate: of three pending migrations the first stays applied, the failed second leaves nothing, and the next start goes on', async () => {
  const second = 'create table second (id int);--> statement-breakpoint\nselect missing_function();';
  await limitTo('0002_chunk_codes', { first: 'create table first (id int);', second, third: 'create table third (id int);' });
  await expect(migrate({ folder })).rejects.toThrow('missing_function');
  expect(await lastTag()).toBe('first');
  const tables = async () =>
    (await connect()`select tablename from pg_tables where tablename in ('first', 'second', 'third') order by 1`).map(
      ({ tablename }) => tablename,
    );
  expect(await tables()).toEqual(['first']);
  await writeFile(join(folder, 'second.sql'), 'create table second (id int);');
  await migrate({ folder });
  expect(await tables()).toEqual(['first', 'second', 'third']);
  expect(await lastTag()).toBe('third');
});

test('migrate: a database from before a migration was split and later ones were renumbered gets exactly what it lacks', async () => {
  const { entries, ...rest } = await readJournal();
  const split = await readFile(join(folder, '0004_interactive_sessions.sql'), 'utf8');
  const first = await readFile(join(folder, '0003_credentials_epoch.sql'), 'utf8');
  await writeFile(join(folder, '0003_credentials_epoch.sql'), `${first}--> statement-breakpoint\n${split}`);
  const upTo = entries.findIndex(({ tag }) => tag === '0006_fold_case');
  const before = entries.slice(0, upTo + 1).filter(({ tag }) => tag !== '0004_interactive_sessions');
  await writeFile(journalPath(), JSON.stringify({ ...rest, entries: before }));
  await migrate({ folder });
  await cp(FOLDER, folder, { recursive: true });
  await migrate({ folder });
  expect(await lastTag()).toBe(entries.at(-1)?.tag);
  const applied = await connect()`select created_at from drizzle.__drizzle_migrations order by id`;
  expect(applied.map((row) => Number(row.created_at))).toEqual(
    entries.filter(({ tag }) => tag !== '0004_interactive_sessions').map(({ when }) => when),
  );
  const [models] = await connect()`select count(*)::int as count from embedding_models`;
  expect(models?.count).toBe(0);
  await migrate();
});

test('migrate: the locks of users and sessions are not held while every session is read', async () => {
  const sql = await readFile(join(FOLDER, '0003_credentials_epoch.sql'), 'utf8');
  expect(sql).toMatch(/ALTER TABLE "users"/);
  expect(sql).not.toMatch(/^\s*UPDATE/m);
});
