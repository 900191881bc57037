/** `pharos users tier`: changes what a user may do, and how often. */
import { TIERS } from '../../src/kernel/model/tiers.ts';
import { answer, json } from '../answer.ts';
import type { Command } from '../command.ts';
import { withSession } from '../session.ts';
import { changeUser, tierNamed, userNamed } from '../users.ts';

export const setTier: Command = {
  args: [
    { name: 'login', description: 'username or e-mail address' },
    { name: 'tier', description: `one of ${TIERS.join(', ')}` },
  ],
  options: { json },
  run: async ({ args: [login = '', tierName], options, terminal }) => {
    const tier = tierNamed(tierName);
    await withSession(async (session) => {
      const user = await userNamed(session, login);
      await changeUser(session, user.id, { tier });
      const from = TIERS.indexOf(tier) < TIERS.indexOf(user.tier) ? 'now, and all sessions are over' : 'from the next refresh';
      const { place } = session.database;
      const value = { id: user.id, username: user.username, tier, database: place };
      answer({ options, terminal }, value, `${user.username} is ${tier} ${from}, in ${place}`);
    });
  },
};
