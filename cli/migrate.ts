/** `pharos migrate`: what a deployment runs before it starts the new version. */
import { type Command, Usage } from './command.ts';

export const migrate: Command = {
  usage: 'migrate [status|up]   brings the database up to date, or says what it lacks; several at once wait for one another',
  run: async ({ database, print }, [what = 'up']) => {
    if (what !== 'up' && what !== 'status') throw new Usage(`expected status or up, not "${what}"`);
    const before = await database.status();
    if (what === 'status') {
      for (const name of before.applied) print(`applied  ${name}`);
      for (const name of before.pending) print(`pending  ${name}`);
      print(before.pending.length === 0 ? `${database.place} is up to date` : `${database.place} lacks ${before.pending.length}`);
      return;
    }
    await database.migrate();
    for (const name of before.pending) print(`applied  ${name}`);
    print(`${database.place} is up to date`);
  },
};
