/** `pharos db backup`: a copy of a SQLite database as it was at one moment, while Pharos runs. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { openDatabase } from '../src/adapters/open-database.ts';
import { type StandaloneCommand, Usage } from './command.ts';

export const backup: StandaloneCommand = {
  usage: 'db backup <file>   writes a copy of the SQLite database, Pharos may run meanwhile',
  run: async ({ config, print }, [file]) => {
    if (!file) throw new Usage('expected the file to write');
    if (config.database.kind === 'libsql')
      throw new Usage('This is for a SQLite file; of a libSQL server make one: db copy --from <its URL> --to file:<file>');
    if (config.database.kind !== 'sqlite') throw new Usage('This is for SQLite; PostgreSQL has pg_dump: docs/operations.md');
    if (!existsSync(config.database.path)) throw new Usage(`There is no database at ${config.database.path}`);
    if (existsSync(file)) throw new Usage(`${file} exists already`);
    const database = await openDatabase(config);
    try {
      // Consistent, compact, and without the journal beside it (https://www.sqlite.org/lang_vacuum.html#vacuuminto).
      await database.statement(`vacuum into '${resolve(file).replaceAll("'", "''")}'`);
    } finally {
      await database.close();
    }
    print(`${config.database.path} is copied to ${file}`);
  },
};
