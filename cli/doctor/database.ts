/** The database answers, has its migrations and can be written to. */
import { access, constants, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { callOf } from '../call.ts';
import { type Check, failed, ok, warning } from './check.ts';

/** SQLite needs room for its journal beside the file. */
const FREE_BYTES = 200 * 1024 * 1024;

export const databaseCheck: Check = {
  name: 'database',
  run: async ({ config, database }) => {
    const path = config.database.kind === 'sqlite' ? config.database.path : undefined;
    const opened = await database();
    if (opened === undefined) return warning(`${path} does not exist yet: "npm start" or "${callOf('migrate')}" creates it`);
    const { pending } = await opened.status();
    if (pending.length > 0) {
      const message = `${opened.place} lacks ${pending.join(', ')}: run "${callOf('migrate')}"`;
      // In development a server migrates by itself; otherwise it refuses to start.
      return config.env === 'dev' ? warning(message) : failed(message);
    }
    await opened.ping();
    if (path !== undefined) {
      for (const place of [path, dirname(path)]) {
        const writable = await access(place, constants.W_OK).then(
          () => true,
          () => false,
        );
        if (!writable) return failed(`${place} cannot be written: change its owner or its rights`);
      }
      const { bavail, bsize } = await statfs(dirname(path));
      const free = bavail * bsize;
      if (free < FREE_BYTES) return warning(`${Math.floor(free / 1024 / 1024)} MB are free at ${dirname(path)}: make room`);
    }
    const [first, ...others] = await opened.warnings();
    if (first !== undefined) return warning([first, ...others].join('; '));
    return ok(`${opened.place} answers and has all migrations`);
  },
};
