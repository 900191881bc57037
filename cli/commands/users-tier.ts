/** `pharos users tier`: changes what a user may do, and how often. */
import { TIERS } from '../../src/kernel/model/tiers.ts';
import type { Command } from '../command.ts';
import { withSession } from '../session.ts';
import { changeUser, tierNamed, userNamed } from '../users.ts';

export const setTier: Command = {
  args: [
    { name: 'login', description: 'username or e-mail address' },
    { name: 'tier', description: `one of ${TIERS.join(', ')}` },
  ],
  run: async ({ args: [login = '', tierName], terminal }) => {
    const tier = tierNamed(tierName);
    await withSession(async (session) => {
      const user = await userNamed(session, login);
      await changeUser(session, user.id, { tier });
      const from = TIERS.indexOf(tier) < TIERS.indexOf(user.tier) ? 'now, and all sessions are over' : 'from the next refresh';
      terminal.print(`${user.username} is ${tier} ${from}, in ${session.database.place}`);
    });
  },
};
