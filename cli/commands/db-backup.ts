/** `pharos db backup`: a copy of a SQLite database as it was at one moment. */
import { existsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { loadEnvironment } from '../../src/adapters/environment.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { parseConfig } from '../../src/kernel/config/config.ts';
import { answer, json } from '../answer.ts';
import { type Command, UsageError } from '../command.ts';

export const backup: Command = {
  args: [{ name: 'file', description: 'file to write; it must not exist' }],
  options: { json },
  run: async ({ args: [file = ''], options, terminal }) => {
    const config = parseConfig(loadEnvironment());
    if (config.database.kind === 'libsql')
      throw new UsageError('This is for a SQLite file. Copy a libSQL server with: db copy --from <its URL> --to file:<file>');
    if (config.database.kind !== 'sqlite') throw new UsageError('This is for SQLite. PostgreSQL has pg_dump: docs/operations.md');
    if (!existsSync(config.database.path)) throw new UsageError(`There is no database at ${config.database.path}`);
    if (existsSync(file)) throw new UsageError(`${file} exists already`);
    if (!existsSync(dirname(resolve(file)))) throw new UsageError(`There is no folder ${dirname(resolve(file))}`);
    const database = await openDatabase(config);
    try {
      // SQLite makes files that everybody may read, and writes into one that exists if it is empty.
      await (await open(file, 'wx', 0o600)).close();
      try {
        // Consistent and compact, in one file without a journal (https://www.sqlite.org/lang_vacuum.html#vacuuminto).
        await database.statement(`vacuum into '${resolve(file).replaceAll("'", "''")}'`);
      } catch (error) {
        await rm(file, { force: true });
        throw error;
      }
    } finally {
      await database.close();
    }
    const { path } = config.database;
    answer({ options, terminal }, { from: path, to: resolve(file) }, `${path} is copied to ${file}`);
  },
};
