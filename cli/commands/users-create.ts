/** `pharos users create`: the first admin, or any other user. */
import { z } from 'zod';
import { createPasswordHasher } from '../../src/adapters/passwords.ts';
import { passwordFault } from '../../src/kernel/auth/password-rules.ts';
import { usernameFault } from '../../src/kernel/auth/username-rules.ts';
import { TIERS } from '../../src/kernel/model/tiers.ts';
import { register } from '../../src/services/accounts/accounts.ts';
import { answer, json } from '../answer.ts';
import { type Command, UsageError } from '../command.ts';
import { withSession } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { changeUser, tierNamed } from '../users.ts';

export const createUser: Command = {
  details: 'The password is asked for on a terminal, and read from standard input otherwise.',
  args: [
    { name: 'username', description: 'name to log in with' },
    { name: 'email', description: 'e-mail address' },
  ],
  options: { tier: { value: TIERS.join('|'), description: 'tier of the user; free by default' }, json },
  run: async ({ args: [username = '', email = ''], options, terminal }) => {
    const tier = tierNamed(options.tier ?? 'free');
    const fault = usernameFault(username);
    if (fault) throw new UsageError(`The username ${fault}`);
    if (!z.email().safeParse(email).success) throw new UsageError(`${email} is not an e-mail address`);
    const password = await readPassword(terminal);
    await withSession(async (session) => {
      const config = { ...session.config, auth: { ...session.config.auth, registration: 'open' as const } };
      const user = await register({ ...session, config, passwords: createPasswordHasher() }, { username, email, password });
      if (tier !== 'free') await changeUser(session, user.id, { tier });
      const { place } = session.database;
      const value = { id: user.id, username, email, tier, database: place };
      answer({ options, terminal }, value, `created ${username} (${tier}), id ${user.id}, in ${place}`);
    });
  },
};

async function readPassword(terminal: Terminal): Promise<string> {
  const password = await terminal.readSecret('Password: ');
  const fault = passwordFault(password);
  if (fault) throw new UsageError(`The password ${fault}`);
  if (terminal.isInteractive && (await terminal.readSecret('The same again: ')) !== password) {
    throw new UsageError('The passwords differ');
  }
  return password;
}
