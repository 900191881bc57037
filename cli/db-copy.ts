/** `pharos db copy`: between SQLite, libSQL servers and PostgreSQL, in any direction. */

import { openDatabase } from '../src/adapters/open-database.ts';
import { parseDatabaseUrl } from '../src/kernel/config/urls.ts';
import { type StandaloneCommand, type StandaloneContext, Usage } from './command.ts';
import { copyDatabase } from './copy/copy-database.ts';

const BAR = 30;
const DATABASE = /^(?:sqlite|file|libsql|https?|postgres(?:ql)?(?:\+asyncpg)?):/;

async function open({ config, env }: StandaloneContext, option: string, url: string | undefined) {
  if (url === undefined) throw new Usage(`expected --${option} and the URL of a database`);
  if (!DATABASE.test(url)) throw new Usage(`--${option}: expected a sqlite:, file:, libsql: or postgresql: URL`);
  const sslMode = config.database.kind === 'postgres' ? config.database.sslMode : 'prefer';
  // Of two servers each may have a token of its own, in its URL.
  const database = parseDatabaseUrl(url, sslMode, url.includes('authToken=') ? undefined : env.DATABASE_AUTH_TOKEN);
  if (!database) throw new Usage(`--${option}: expected a sqlite:, file:, libsql: or postgresql: URL`);
  return openDatabase({ database });
}

export const copy: StandaloneCommand = {
  usage: 'db copy --from <url> --to <url>   copies a whole database into an empty one; stop Pharos first',
  run: async (context, _args, { from: fromUrl, to: toUrl }) => {
    const from = await open(context, 'from', fromUrl);
    try {
      const to = await open(context, 'to', toUrl);
      try {
        if (from.place === to.place) throw new Usage('--from and --to are the same database');
        const progress = (table: string, rows: number, of: number) => {
          const done = Math.round((BAR * rows) / Math.max(1, of));
          context.rewrite(`${table.padEnd(22)} ${'#'.repeat(done)}${'.'.repeat(BAR - done)} ${rows}/${of}`);
        };
        for (const { table, rows, checksum } of await copyDatabase({ from, to, progress })) {
          context.print(`${table.padEnd(22)} ${String(rows).padStart(8)} rows  ${checksum}`);
        }
        context.print(`${to.place} holds what ${from.place} does`);
      } finally {
        await to.close();
      }
    } finally {
      await from.close();
    }
  },
};
