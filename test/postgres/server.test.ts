/** PostgreSQL in operation: start-up errors, concurrent migrations, a crash under load, and TLS. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../src/adapters/listen.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { checkPostgres, connectPostgres, placeOfPostgres } from '../../src/adapters/postgres.ts';
import { parseConfig } from '../../src/kernel/config/config.ts';
import { createTestApp } from '../support/kits/app.ts';
import { runCommand, runProgram } from '../support/kits/command-line.ts';
import { openTestPostgres } from '../support/kits/database.ts';
import { type PostgresServer, startPostgres } from '../support/servers/postgres.ts';

const PASSWORD = 'p@ss:w/o?r#d% ü';
let server: PostgresServer;
let admin: postgres.Sql;
beforeAll(async () => {
  server = await startPostgres();
  admin = postgres(server.url, { max: 2, onnotice: () => undefined });
  await admin.unsafe(`create role locked login password '${PASSWORD}'`);
  await admin.unsafe('create database empty');
  await admin.unsafe('revoke all on database empty from public');
});
afterAll(async () => {
  await admin.end({ timeout: 0 });
  await server.close();
});

const configOf = (env: Record<string, string>) =>
  parseConfig({ ENV: 'dev', DATA_DIR: tmpdir(), ...env }, { jwtSecret: 'x'.repeat(32), workerSigningKey: 'y'.repeat(32) });
const opening = async (env: Record<string, string>) => {
  const database = await openDatabase(configOf(env));
  try {
    await database.migrate();
    return 'opened';
  } finally {
    await database.close();
  }
};
const FOLDER = { DATA_DIR: join(tmpdir(), 'pharos-cli-postgres') };
const pharos = (args: string[], env: Record<string, string>) => runCommand(args, { ...FOLDER, ...env });
const program = (args: string[], env: Record<string, string>) => runProgram(args, { ...FOLDER, ...env });

describe('start-up errors of PostgreSQL', () => {
  const at = (more: object) => {
    const url = new URL(server.url);
    Object.assign(url, more);
    return url.href;
  };

  test('PostgreSQL start-up error: a port without a server', async () => {
    const port = await freePort('127.0.0.1');
    await expect(opening({ DATABASE_URL: at({ port }) })).rejects.toThrow(
      `PostgreSQL at 127.0.0.1:${port}/postgres refused the connection: is it running`,
    );
  });

  test('PostgreSQL start-up error: an unknown host', async () => {
    await expect(opening({ DATABASE_URL: at({ hostname: 'no-such-host.invalid' }) })).rejects.toThrow('there is no such host');
  });

  test('PostgreSQL start-up error: a missing database', async () => {
    await expect(opening({ DATABASE_URL: at({ pathname: '/nothing' }) })).rejects.toThrow(
      'has no database "nothing": create it with',
    );
  });

  test('PostgreSQL start-up error: a user without rights; the message omits the password', async () => {
    const url = at({ pathname: '/empty', username: 'locked', password: encodeURIComponent(PASSWORD) });
    const error = await opening({ DATABASE_URL: url }).catch((thrown: unknown) => thrown as Error);
    expect(String(error)).toContain('user "locked" lacks rights: "GRANT ALL ON DATABASE empty TO locked"');
    expect(String(error)).not.toContain(PASSWORD);
  });

  test('PostgreSQL start-up error: a wrong password', async () => {
    const strict = await startPostgres();
    const root = postgres(strict.url, { max: 1 });
    await root.unsafe("alter role postgres password 'right'");
    const [{ file } = { file: '' }] = await root<{ file: string }[]>`select current_setting('hba_file') as file`;
    execFileSync('sh', ['-c', `sed -i 's/trust$/scram-sha-256/' '${file}'`]);
    await root`select pg_reload_conf()`;
    await root.end();
    const url = strict.url.replace('postgres@', 'postgres:hunter2@');
    await expect
      .poll(() => opening({ DATABASE_URL: url }).catch((thrown: Error) => thrown.message))
      .toContain('check the user and password');
    await expect(opening({ DATABASE_URL: url })).rejects.not.toThrow('hunter2');
    await strict.close();
  });

  test('PostgreSQL start-up error: a server that is too old', async () => {
    // A stand-in that returns the version of an old server.
    const old = Object.assign(async () => [{ number: '130015', version: '13.15' }], {}) as unknown as postgres.Sql;
    await expect(checkPostgres(old, 'postgresql://u:hunter2@db:5433/pharos')).rejects.toThrow(
      'PostgreSQL at db:5433/pharos is too old: its version is 13.15, and 14 or newer is required',
    );
  });

  test('PostgreSQL start-up error: a server that accepts the connection and never replies', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const url = `postgresql://u@127.0.0.1:${port}/db`;
    const client = connectPostgres({ url, sslMode: 'disable', connectTimeoutS: 0.1 });
    await expect(checkPostgres(client, url)).rejects.toThrow('does not respond');
    await client.end({ timeout: 0 });
    silent.close();
  });

  test('PostgreSQL start-up error: the program exits with 1 and prints only the message', async () => {
    const port = await freePort('127.0.0.1');
    const run = await program(['migrate'], { DATABASE_URL: `postgresql://u:hunter2@127.0.0.1:${port}/db` });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`PostgreSQL at 127.0.0.1:${port}/db refused the connection`);
    expect(run.stderr).not.toMatch(/hunter2|^\s+at /m);
  });
});

test('POSTGRES_* settings: the URL built from any values connects with exactly those values', async () => {
  const part = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => !text.includes('\0') && text.isWellFormed());
  await fc.assert(
    fc.asyncProperty(
      part,
      part,
      part,
      fc.constantFrom('db.example', '10.0.0.7', '::1'),
      fc.integer({ min: 1, max: 65_535 }),
      async (user, password, name, host, port) => {
        fc.pre([user, password, name].every((text) => text.trim() === text));
        // URLs treat these as path segments in any encoding, so configuration refuses them.
        fc.pre(!['.', '..'].includes(name));
        const { database } = configOf({
          POSTGRES_SERVER: host,
          POSTGRES_PORT: String(port),
          POSTGRES_USER: user,
          POSTGRES_PASSWORD: password,
          POSTGRES_DB: name,
        });
        if (database.kind !== 'postgres') throw new Error('no PostgreSQL');
        const { options } = connectPostgres({ url: database.url.reveal(), sslMode: 'disable' });
        expect([options.user, options.pass, options.database, options.host[0], options.port[0]]).toEqual([
          user,
          password,
          name,
          host,
          port,
        ]);
        expect(placeOfPostgres(database.url.reveal())).not.toContain(encodeURIComponent(`:${password}@`));
      },
    ),
    { numRuns: 200 },
  );
});

test('migrate: six concurrent processes on an empty database all succeed', async () => {
  await admin.unsafe('create database together');
  const url = server.url.replace(/\/postgres$/, '/together');
  const before = await pharos(['migrate', 'status'], { DATABASE_URL: url });
  expect(before.stdout).toMatch(/^pending {2}0000_init$/m);
  const all = await Promise.all(Array.from({ length: 6 }, () => program(['migrate'], { DATABASE_URL: url })));
  expect(all.map(({ code, stderr }) => [code, stderr])).toEqual(Array(6).fill([0, '']));
  const after = await pharos(['migrate', 'status'], { DATABASE_URL: url });
  expect(after.stdout).not.toContain('pending');
  expect(after.stdout).toContain('is up to date');
  expect((await pharos(['migrate', 'sideways'], { DATABASE_URL: url })).code).toBe(2);
});

test('outside development: a command refuses a database that was not migrated, and names the command', async () => {
  await admin.unsafe('create database unmigrated');
  const env = {
    DATABASE_URL: server.url.replace(/\/postgres$/, '/unmigrated'),
    ENV: 'prod',
    PUBLIC_URL: 'https://pharos.example',
    JWT_SECRET_KEY: 'a secret of the tests that is long enough',
    WORKER_SIGNING_KEY: 'a signing key of the tests that is long enough',
  };
  const run = await pharos(['users', 'tier', 'ada', 'free'], env);
  expect(run).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/lacks 0000_init, .* run "npm run pharos -- migrate" first/),
  });
  expect((await pharos(['migrate'], env)).code).toBe(0);
  expect((await pharos(['users', 'tier', 'ada', 'free'], env)).stderr).toContain('no user ada');
});

describe('serving on PostgreSQL', () => {
  test('serving on PostgreSQL: a hundred concurrent requests with transactions neither exhaust the pool nor deadlock', async () => {
    const app = await createTestApp({ env: { RATE_LIMIT_FREE_TIER: '10000' } });
    const headers = { ...(await app.login()), 'Content-Type': 'application/json' };
    const post = (n: number) =>
      app.request('/resources', {
        method: 'POST',
        headers,
        body: JSON.stringify({ content: `Document ${n % 40} of a hundred` }),
      });
    const statuses = (await Promise.all(Array.from({ length: 100 }, (_, n) => post(n)))).map(({ status }) => status);
    // Forty distinct documents; sixty posts repeat one at the same moment.
    expect(statuses.filter((status) => status === 202)).toHaveLength(40);
    expect(statuses.filter((status) => status === 200)).toHaveLength(60);
    await app.close();
  });

  test('serving on PostgreSQL: every response during an outage is 503 with Retry-After, and service resumes with all data', async () => {
    // Every 202 must be durable, because the server crashes.
    const own = await startPostgres({ settings: ['synchronous_commit = on'] });
    const database = await openDatabase(configOf({ DATABASE_URL: own.url }));
    await database.migrate();
    const app = await createTestApp({
      overrides: { db: database.db, chunkIndex: database.chunkIndex, pingDatabase: database.ping },
    });
    const headers = { ...(await app.login()), 'Content-Type': 'application/json' };
    const post = (content: string) => app.request('/resources', { method: 'POST', headers, body: JSON.stringify({ content }) });
    expect((await post('Before the server went away')).status).toBe(202);
    // The login's security event is written in the background, before the crash.
    await app.background.settled();

    let stopped = false;
    const during: number[] = [];
    const load = (async () => {
      for (let n = 0; !stopped || n < 20; n += 1) during.push((await post(`While it goes away ${n}`)).status);
    })();
    await own.stop('immediate');
    stopped = true;
    await load;
    expect(new Set(during.filter((status) => status !== 202))).toEqual(new Set([503]));
    const response = await post('While it is away');
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5']);
    app.clock.advance(2_000);
    expect((await app.request('/monitoring/health')).status).toBe(503);

    await own.start();
    await expect.poll(async () => (await post('After it came back')).status).toBeLessThan(300);
    app.clock.advance(2_000);
    expect((await app.request('/monitoring/health')).status).toBe(200);
    const listed = await (await app.request('/resources?limit=100', { headers })).json();
    expect(listed.resources).toHaveLength(2 + during.filter((status) => status === 202).length);
    await app.close();
    await database.close();
    await own.close();
  });

  test('serving on PostgreSQL: a statement beyond its timeout is cancelled', async () => {
    const client = connectPostgres({ url: server.url, sslMode: 'disable', statementTimeoutMs: 100 });
    await expect(client`select pg_sleep(5)`).rejects.toMatchObject({ code: '57014' });
    await client.end();
  });

  test('serving on PostgreSQL: committed rows are visible to a new connection', async () => {
    const { db, url, client, close } = await openTestPostgres();
    expect(db).toBeDefined();
    await client`insert into revocations (key, expires_at, created_at) values ('k', 1, 1)`;
    const again = connectPostgres({ url, sslMode: 'disable' });
    expect(await again`select key from revocations`).toMatchObject([{ key: 'k' }]);
    await again.end();
    await close();
  });
});

describe('PostgreSQL over TLS', () => {
  let folder: string;
  let secured: PostgresServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pharos-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=127.0.0.1',
        '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'pipe' },
    );
    secured = await startPostgres({ ssl: { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') } });
  });
  afterAll(async () => {
    await secured.close();
    await rm(folder, { recursive: true, force: true });
  });
  const encrypted = async (sslMode: 'disable' | 'prefer' | 'require' | 'verify-full') => {
    const client = connectPostgres({ url: secured.url, sslMode });
    try {
      const [row] = await client`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
      return row?.ssl as boolean;
    } finally {
      await client.end({ timeout: 0 });
    }
  };

  test('PostgreSQL over TLS: POSTGRES_SSLMODE selects off, if available, always, or only with a trusted certificate', async () => {
    expect(await encrypted('disable')).toBe(false);
    expect(await encrypted('prefer')).toBe(true);
    expect(await encrypted('require')).toBe(true);
    await expect(encrypted('verify-full')).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    const plain = connectPostgres({ url: server.url, sslMode: 'require' });
    await expect(plain`select 1`).rejects.toThrow();
    await plain.end({ timeout: 0 });
    const either = connectPostgres({ url: server.url, sslMode: 'prefer' });
    expect(await either`select 1 as one`).toMatchObject([{ one: 1 }]);
    await either.end({ timeout: 0 });
  });

  test('PostgreSQL over TLS: verify-full accepts a certificate from NODE_EXTRA_CA_CERTS', async () => {
    const { stdout } = await runProgram(['migrate'], {
      DATA_DIR: folder,
      DATABASE_URL: secured.url,
      POSTGRES_SSLMODE: 'verify-full',
      NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem'),
    });
    expect(stdout).toContain('is up to date');
  });
});
