/** A libSQL server from the command line: connection errors, concurrent migration, copies in both directions. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkLibsql, connectLibsql } from '../../src/adapters/libsql-http.ts';
import { freePort } from '../../src/adapters/listen.ts';
import { migrateSqlite, statusOfSqlite } from '../../src/adapters/migrate-sqlite.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { Secret } from '../../src/kernel/core/secret.ts';
import { revocations } from '../../src/kernel/db/schema.sqlite.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { runCommand, runProgram } from '../support/kits/command-line.ts';
import { openTestLibsql, openTestSqlite } from '../support/kits/database.ts';

const TOKEN = 'a-token-that-must-not-be-told';
type Test = Awaited<ReturnType<typeof openTestLibsql>>;

const FOLDER = { DATA_DIR: join(tmpdir(), 'pharos-cli-libsql') };
const pharos = (args: string[], env: Record<string, string>) => runCommand(args, { ...FOLDER, ...env });
const program = (args: string[], env: Record<string, string>) => runProgram(args, { ...FOLDER, ...env });

const keysOf = async ({ db }: { db: Database }) =>
  (await db.select({ key: revocations.key }).from(revocations).orderBy(revocations.key)).map(({ key }) => key);

let libsql: Test;
beforeEach(async () => {
  libsql = await openTestLibsql();
});
afterEach(() => libsql.close());

describe('libSQL connection errors name the host and a remedy, never the token', () => {
  const messageOf = (url: string, token = TOKEN) =>
    openDatabase({ database: { kind: 'libsql', url, authToken: new Secret(token) } }).then(
      () => 'opened',
      (error: Error) => error.message,
    );

  test('libSQL connection errors: a closed port is reported as a refused connection', async () => {
    const port = await freePort('127.0.0.1');
    expect(await messageOf(`http://127.0.0.1:${port}`)).toMatch(`at 127.0.0.1:${port} refused the connection: is it running`);
  });

  test('libSQL connection errors: an unknown host is named', async () => {
    expect(await messageOf('http://no-such-host.invalid')).toMatch('at no-such-host.invalid: there is no such host');
  });

  test('libSQL connection errors: a wrong token is reported with the way to create one, and is not shown', async () => {
    const message = await messageOf(libsql.server.url);
    expect(message).toMatch(/does not accept the token: .*"turso db tokens create.* DATABASE_AUTH_TOKEN .*401.*JWT is invalid/);
    expect(message).not.toContain(TOKEN);
  });

  test.each([
    [{ status: 404, body: '{"error":"Namespace `x` doesn\'t exist"}' }, /has no such database: "turso db list"/],
    [{ status: 500, body: 'oops' }, /cannot be used: the server responded with 500: oops/],
    [{ status: 200, body: 'a web page' }, /cannot be used: .*JSON/],
  ])('libSQL connection errors: a response of %j is reported', async (answer, message) => {
    libsql.server.interfere(() => answer);
    expect(await messageOf(libsql.server.url, libsql.server.token)).toMatch(message);
  });

  test('libSQL connection errors: a server that never responds is reported after the deadline', async () => {
    libsql.server.interfere(() => 'silent');
    const { url, token } = libsql.server;
    const client = connectLibsql({ url, authToken: token, createClient, deadlineMs: 100 });
    await expect(checkLibsql(client, libsql.server.url)).rejects.toThrow('does not respond: is it reachable from here');
  });

  test('libSQL connection errors: `pharos migrate` prints only the message and exits with 1', async () => {
    const run = await program(['migrate'], { DATABASE_URL: libsql.server.url, DATABASE_AUTH_TOKEN: TOKEN });
    expect([run.code, run.stdout]).toEqual([1, '']);
    expect(run.stderr).toMatch('does not accept the token');
    expect(run.stderr).not.toMatch(new RegExp(`${TOKEN}|^\\s+at `, 'm'));
  });
});

describe('migration of SQLite', () => {
  let empty: Test;
  beforeEach(async () => {
    empty = await openTestLibsql({ migrated: false });
  });
  afterEach(() => empty.close());

  test('migration of a libSQL server: three concurrent processes all succeed, with the token in the URL', async () => {
    const env = { DATABASE_URL: empty.url };
    const before = (await pharos(['migrate', 'status'], env)).stdout;
    expect(before).toMatch(/^pending {2}0000_init$/m);
    expect(before).toMatch(/ lacks \d+ migrations$/m);
    const all = await Promise.all(Array.from({ length: 3 }, () => program(['migrate'], env)));
    expect(all.map(({ code, stderr }) => [code, stderr])).toEqual(Array(3).fill([0, '']));
    const { stdout } = await pharos(['migrate', 'status'], env);
    expect(stdout).not.toContain('pending');
    expect(stdout).toContain(`${new URL(empty.server.url).host} is up to date`);
  });

  test('migration of a libSQL server: twenty concurrent clients apply each migration once', async () => {
    const clients = Array.from({ length: 20 }, () =>
      connectLibsql({ url: empty.server.url, authToken: empty.server.token, createClient }),
    );
    await Promise.all(clients.map((client) => migrateSqlite(client)));
    const { applied, pending } = await statusOfSqlite(empty.client);
    expect(pending).toEqual([]);
    const { rows } = await empty.client.execute('select count(*) as count from __drizzle_migrations');
    expect(rows[0]?.count).toBe(applied.length);
  });

  test('migration of a libSQL server: a migration whose response was lost counts as applied', async () => {
    let lost = 0;
    empty.server.interfere((body) => (body.includes('chunks_fts') && lost++ === 0 ? 'cut-after' : undefined));
    await empty.migrate();
    expect(lost).toBe(1);
    expect((await empty.status()).pending).toEqual([]);
  });

  test('migration of a SQLite file: two concurrent processes both succeed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pharos-migrate-'));
    const env = { DATABASE_URL: `file:${join(folder, 'pharos.db')}` };
    const all = await Promise.all([program(['migrate'], env), program(['migrate'], env)]);
    expect(all.map(({ code, stderr }) => [code, stderr])).toEqual(Array(2).fill([0, '']));
    await rm(folder, { recursive: true });
  });
});

test('db copy: a SQLite file copied to a libSQL server and back has the same rows', async () => {
  const file = await openTestSqlite();
  await file.db.insert(revocations).values(['a', 'b', 'c'].map((key) => ({ key, expiresAt: 1, createdAt: 1 })));
  const empty = await openTestLibsql({ migrated: false });
  const env = { DATABASE_AUTH_TOKEN: empty.server.token };
  const there = await pharos(['db', 'copy', '--from', file.url, '--to', empty.server.url], env);
  expect(there).toMatchObject({ code: 0, stderr: '' });
  expect(await keysOf(empty)).toEqual(['a', 'b', 'c']);
  const folder = await mkdtemp(join(tmpdir(), 'pharos-copy-'));
  const back = await pharos(['db', 'copy', '--from', empty.url, '--to', `file:${join(folder, 'back.db')}`], {});
  expect(back).toMatchObject({ code: 0, stderr: '' });
  const sums = ({ stdout }: { stdout: string }) => stdout.match(/^\w+ +\d+ rows.*$/gm);
  expect(sums(back)).toEqual(sums(there));
  await rm(folder, { recursive: true });
  await empty.close();
  await file.close();
});

test('db backup: for a libSQL server the error names `db copy`', async () => {
  const { code, stderr } = await pharos(['db', 'backup', '/tmp/x.db'], { DATABASE_URL: libsql.url });
  expect([code, stderr]).toEqual([2, expect.stringContaining('db copy --from')]);
});
