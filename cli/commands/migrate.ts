/** `pharos migrate`: what a deployment runs before it starts the new version. */
import { existsSync } from 'node:fs';
import { loadEnvironment } from '../../src/adapters/environment.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { parseConfig } from '../../src/kernel/config/config.ts';
import { callOf } from '../call.ts';
import { type Command, UsageError } from '../command.ts';

export const migrate: Command = {
  details: 'Several processes may migrate at once: one does the work, the others wait. "status" changes nothing.',
  args: [{ name: 'up|status', description: 'apply what is pending (up, the default), or list it (status)', optional: true }],
  run: async ({ args: [action = 'up'], terminal }) => {
    if (action !== 'up' && action !== 'status') throw new UsageError(`expected status or up, not "${action}"`);
    const config = parseConfig(loadEnvironment());
    // Opening a SQLite file creates it.
    if (action === 'status' && config.database.kind === 'sqlite' && !existsSync(config.database.path)) {
      return terminal.print(`${config.database.path} does not exist yet: "${callOf('migrate')}" creates it`);
    }
    const database = await openDatabase(config);
    try {
      const { applied, pending } = await database.status();
      if (action === 'status') {
        for (const name of applied) terminal.print(`applied  ${name}`);
        for (const name of pending) terminal.print(`pending  ${name}`);
        const missing = pending.length === 1 ? '1 migration' : `${pending.length} migrations`;
        terminal.print(pending.length === 0 ? `${database.place} is up to date` : `${database.place} lacks ${missing}`);
        return;
      }
      await database.migrate(terminal.print);
      for (const name of pending) terminal.print(`applied  ${name}`);
      terminal.print(`${database.place} is up to date`);
    } finally {
      await database.close();
    }
  },
};
