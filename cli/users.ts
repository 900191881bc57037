/** `pharos users`: the first admin, and repairs when nobody can log in. */
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { createPasswordHasher } from '../src/adapters/passwords.ts';
import { createAccessTokens } from '../src/kernel/auth/access-tokens.ts';
import { passwordFault } from '../src/kernel/auth/password-rules.ts';
import { createRevocations } from '../src/kernel/auth/revocations.ts';
import { createSecurityLog } from '../src/kernel/auth/security-log.ts';
import { createSessions } from '../src/kernel/auth/sessions.ts';
import { usernameFault } from '../src/kernel/auth/username-rules.ts';
import { noMetrics } from '../src/kernel/core/metrics.ts';
import type { User } from '../src/kernel/db/types.ts';
import { findUsersByLogin } from '../src/kernel/db/users.ts';
import { TIERS, type Tier } from '../src/kernel/model/values.ts';
import { createLimiter } from '../src/kernel/rate-limits/limiter.ts';
import { register } from '../src/services/accounts/accounts.ts';
import { administerUser } from '../src/services/accounts/administer.ts';
import { type Command, type CommandContext, Usage } from './command.ts';

const FROM = { address: null, userAgent: 'pharos users', by: 'the command line' };

function services(context: CommandContext) {
  // With the in-memory store, a running API reads revocations from the database within a second.
  const accessTokens = createAccessTokens(context);
  const revocations = createRevocations({ ...context, limiter: createLimiter(context) });
  const security = createSecurityLog({ ...context, metrics: noMetrics });
  return { ...context, security, sessions: createSessions({ ...context, accessTokens, revocations, security }) };
}

async function userNamed({ db }: CommandContext, name: string): Promise<User> {
  const [user] = await findUsersByLogin(db, name);
  if (!user) throw new Usage(`There is no user ${name}`);
  return user;
}

function tierNamed(name: string | undefined): Tier {
  const tier = TIERS.find((known) => known === name);
  if (!tier) throw new Usage(`expected a tier, one of ${TIERS.join(', ')}`);
  return tier;
}

export const createUser: Command = {
  usage: 'users create <username> <email> [--tier free|premium|admin]   the password is read from standard input',
  run: async (context, [username, email], { tier: tierName = 'free' }) => {
    if (!username || !email) throw new Usage('expected a username and an e-mail');
    const tier = tierNamed(tierName);
    const named = usernameFault(username);
    if (named) throw new Usage(`The username ${named}`);
    if (!z.email().safeParse(email).success) throw new Usage(`${email} is no e-mail address`);
    const password = (await text(context.input)).replace(/\r?\n$/, '');
    const fault = passwordFault(password);
    if (fault) throw new Usage(`The password ${fault}`);
    const config = { ...context.config, auth: { ...context.config.auth, registration: 'open' as const } };
    const user = await register({ ...context, config, passwords: createPasswordHasher() }, { username, email, password });
    if (tier !== 'free') await administerUser(services(context), user.id, { tier }, FROM);
    context.print(`created ${username} (${tier}), id ${user.id}`);
  },
};

export const setTier: Command = {
  usage: 'users tier <username|email> <free|premium|admin>',
  run: async (context, [name = '', tierName]) => {
    const tier = tierNamed(tierName);
    const user = await userNamed(context, name);
    await administerUser(services(context), user.id, { tier }, FROM);
    context.print(`${user.username} is ${tier} from the next refresh`);
  },
};

export const deactivateUser: Command = {
  usage: 'users deactivate <username|email>',
  run: async (context, [name = '']) => {
    const user = await userNamed(context, name);
    await administerUser(services(context), user.id, { active: false }, FROM);
    context.print(`${user.username} is deactivated; all sessions are over`);
  },
};
