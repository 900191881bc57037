/** `pharos db copy`: between SQLite, libSQL servers and PostgreSQL, in any direction. */
import { existsSync } from 'node:fs';
import { loadEnvironment } from '../../src/adapters/environment.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { parseConfig } from '../../src/kernel/config/config.ts';
import { parseDatabaseUrl } from '../../src/kernel/config/urls.ts';
import { answer, json } from '../answer.ts';
import { type Command, UsageError } from '../command.ts';
import { copyDatabase } from '../copy/copy-database.ts';

/** Characters of a full progress bar. */
const BAR = 30;
const DATABASE = /^(?:sqlite|file|libsql|https?|postgres(?:ql)?(?:\+asyncpg)?):/;
const EXPECTED = 'expected a sqlite:, file:, libsql: or postgresql: URL';

/** Throws UsageError where `url` is missing or names no database that Pharos knows. */
function checked(option: 'from' | 'to', url: string | undefined): string {
  if (url === undefined) throw new UsageError(`expected --${option} and the URL of a database`);
  if (!DATABASE.test(url)) throw new UsageError(`--${option}: ${EXPECTED}`);
  return url;
}

async function open(option: 'from' | 'to', url: string) {
  const env = loadEnvironment();
  const config = parseConfig(env);
  const sslMode = config.database.kind === 'postgres' ? config.database.sslMode : 'prefer';
  // A copy between two servers needs two tokens: a token in the URL is preferred to the setting.
  const database = parseDatabaseUrl(url, sslMode, url.includes('authToken=') ? undefined : env.DATABASE_AUTH_TOKEN);
  if (!database) throw new UsageError(`--${option}: ${EXPECTED}`);
  // Opening a SQLite file creates it.
  if (option === 'from' && database.kind === 'sqlite' && !existsSync(database.path)) {
    throw new UsageError(`--from: there is no database at ${database.path}`);
  }
  return openDatabase({ database });
}

export const copy: Command = {
  details: 'Stop Pharos first. A copy that was interrupted continues when the command is run again.',
  options: {
    from: { value: 'url', description: 'database to read', required: true },
    to: { value: 'url', description: 'empty database to write; it is migrated first', required: true },
    json,
  },
  run: async ({ options, terminal }) => {
    const [source, target] = [checked('from', options.from), checked('to', options.to)];
    const from = await open('from', source);
    try {
      const to = await open('to', target);
      try {
        if (from.place === to.place) throw new UsageError('--from and --to are the same database');
        const progress = (table: string, rows: number, total: number) => {
          const done = Math.round((BAR * rows) / Math.max(1, total));
          terminal.rewrite(`${table.padEnd(22)} ${'#'.repeat(done)}${'.'.repeat(BAR - done)} ${rows}/${total}`);
        };
        const tables = await copyDatabase({ from, to, progress });
        const lines = tables.map(
          ({ table, rows, checksum }) => `${table.padEnd(22)} ${String(rows).padStart(8)} rows  ${checksum}`,
        );
        const value = { from: from.place, to: to.place, tables };
        answer({ options, terminal }, value, ...lines, `${to.place} holds the same as ${from.place}`);
      } finally {
        await to.close();
      }
    } finally {
      await from.close();
    }
  },
};
