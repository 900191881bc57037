/** `pharos migrate`: what a deployment runs before it starts the new version. */
import { existsSync } from 'node:fs';
import { loadEnvironment } from '../../src/adapters/environment.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { parseConfig } from '../../src/kernel/config/config.ts';
import { answer, json, remark } from '../answer.ts';
import { callOf } from '../call.ts';
import { type Command, UsageError } from '../command.ts';

export const migrate: Command = {
  details: 'Several processes may migrate at once: one does the work, the others wait. "status" changes nothing.',
  args: [{ name: 'up|status', description: 'apply what is pending (up, the default), or list it (status)', optional: true }],
  options: { json },
  run: async ({ args: [action = 'up'], options, terminal }) => {
    const call = { options, terminal };
    if (action !== 'up' && action !== 'status') throw new UsageError(`expected status or up, not "${action}"`);
    const config = parseConfig(loadEnvironment());
    // Opening a SQLite file creates it.
    if (action === 'status' && config.database.kind === 'sqlite' && !existsSync(config.database.path)) {
      const { path } = config.database;
      return answer(call, { database: path, exists: false }, `${path} does not exist yet: "${callOf('migrate')}" creates it`);
    }
    const database = await openDatabase(config);
    try {
      const { applied, pending } = await database.status();
      if (action === 'status') {
        const missing = pending.length === 1 ? '1 migration' : `${pending.length} migrations`;
        return answer(
          call,
          { database: database.place, exists: true, applied, pending },
          ...applied.map((name) => `applied  ${name}`),
          ...pending.map((name) => `pending  ${name}`),
          pending.length === 0 ? `${database.place} is up to date` : `${database.place} lacks ${missing}`,
        );
      }
      await database.migrate((line) => remark(call, line));
      answer(
        call,
        { database: database.place, exists: true, applied: [...applied, ...pending], pending: [] },
        ...pending.map((name) => `applied  ${name}`),
        `${database.place} is up to date`,
      );
    } finally {
      await database.close();
    }
  },
};
