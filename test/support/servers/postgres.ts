/** A real PostgreSQL server on a free port, in a temporary folder. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { freePort } from '../../../src/adapters/listen.ts';

/** The migrated database that the databases of single tests are copied from. */
export const TEMPLATE_DATABASE = 'pharos_template';

/** The folder of the server's programs. Installs them with apt-get if they are missing; throws an Error that says what to do. */
export function postgresBinaries(): string {
  const find = () => {
    const places = [
      '/usr/lib/postgresql/15/bin',
      '/usr/lib/postgresql/16/bin',
      '/usr/lib/postgresql/17/bin',
      '/opt/homebrew/opt/postgresql@15/bin',
    ];
    try {
      places.unshift(execFileSync('pg_config', ['--bindir'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim());
    } catch {
      // Not in PATH: one of the usual places may have it.
    }
    return places.find((place) => existsSync(join(place, 'initdb')));
  };
  const found = find();
  if (found) return found;
  try {
    execFileSync('sh', ['-c', 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql'], {
      stdio: 'ignore',
    });
  } catch {
    // The error below covers a failed installation too.
  }
  const installed = find();
  if (!installed)
    throw new Error('These tests need PostgreSQL 15: run "apt-get install postgresql" as root, or put pg_config in PATH');
  return installed;
}

/** PostgreSQL refuses to run as root. */
const asServerUser = (program: string, args: string[]): [string, string[]] =>
  process.getuid?.() === 0 ? ['runuser', ['-u', 'postgres', '--', program, ...args]] : [program, args];

export interface PostgresServer {
  /** The superuser's URL of the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** `fast` ends as an administrator would, `immediate` as a crash would. `start` continues with the same data. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  /** The number of open connections with this application name. */
  connections(application: string): Promise<number>;
  /** Stops it and deletes its data. */
  close(): Promise<void>;
}

/** `settings` go into postgresql.conf; `ssl` is a certificate and its key in PEM. */
export async function startPostgres({
  settings = [],
  ssl,
}: {
  settings?: readonly string[];
  ssl?: { cert: string; key: string };
} = {}): Promise<PostgresServer> {
  const binaries = postgresBinaries();
  const folder = await mkdtemp(join(tmpdir(), 'pharos-postgres-'));
  await chmod(folder, 0o777);
  const data = join(folder, 'data');
  const port = await freePort('127.0.0.1');
  const run = (program: string, args: string[]) =>
    execFileSync(...asServerUser(join(binaries, program), args), { stdio: ['ignore', 'ignore', 'pipe'] });
  run('initdb', ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync']);
  const lines = [
    `port = ${port}`,
    "listen_addresses = '127.0.0.1'",
    `unix_socket_directories = '${folder}'`,
    // The data need not survive a crash of the machine.
    'fsync = off',
    'synchronous_commit = off',
    'full_page_writes = off',
    'max_connections = 300',
    'shared_buffers = 128MB',
    ...(ssl ? ['ssl = on', `ssl_cert_file = '${folder}/server.crt'`, `ssl_key_file = '${folder}/server.key'`] : []),
    ...settings,
  ];
  if (ssl) {
    await writeFile(join(folder, 'server.crt'), ssl.cert);
    await writeFile(join(folder, 'server.key'), ssl.key, { mode: 0o600 });
    if (process.getuid?.() === 0) execFileSync('chown', ['postgres', join(folder, 'server.key'), join(folder, 'server.crt')]);
  }
  const conf = join(folder, 'extra.conf');
  await writeFile(conf, lines.join('\n'));
  execFileSync(...asServerUser('sh', ['-c', `echo "include '${conf}'" >> '${join(data, 'postgresql.conf')}'`]));
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;

  async function start(): Promise<void> {
    const server = spawn(...asServerUser(join(binaries, 'pg_ctl'), ['-D', data, '-w', '-l', join(folder, 'log'), 'start']), {
      stdio: 'ignore',
    });
    await new Promise((resolve) => server.once('exit', resolve));
    for (let tries = 0; ; tries += 1) {
      const probe = postgres(url, { max: 1, connect_timeout: 2 });
      try {
        await probe`select 1`;
        return;
      } catch (error) {
        if (tries > 100) throw error;
        await sleep(50);
      } finally {
        await probe.end({ timeout: 0 });
      }
    }
  }
  async function stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    run('pg_ctl', ['-D', data, '-m', mode, '-w', 'stop']);
  }
  async function connections(application: string): Promise<number> {
    const client = postgres(url, { max: 1 });
    try {
      const [row] = await client`select count(*)::int as count from pg_stat_activity where application_name = ${application}`;
      return row?.count ?? 0;
    } finally {
      await client.end({ timeout: 0 });
    }
  }
  const close = async () => {
    try {
      await stop('immediate');
    } catch {
      // The server is not running.
    }
    await rm(folder, { recursive: true, force: true });
  };
  await start();
  return { url, port, stop, start, connections, close };
}
