/** What the commands of `pharos users` share. */
import { createAccessTokens } from '../src/kernel/auth/access-tokens.ts';
import { createRevocations } from '../src/kernel/auth/revocations.ts';
import { createSecurityLog } from '../src/kernel/auth/security-log.ts';
import { createSessions } from '../src/kernel/auth/sessions.ts';
import { noMetrics } from '../src/kernel/core/metrics.ts';
import type { User } from '../src/kernel/db/types.ts';
import { findUsersByLogin } from '../src/kernel/db/users.ts';
import { TIERS, type Tier } from '../src/kernel/model/tiers.ts';
import { createLimiter } from '../src/kernel/rate-limits/limiter.ts';
import { administerUser } from '../src/services/accounts/administer.ts';
import { UsageError } from './command.ts';
import type { Session } from './session.ts';

/** Where the security log says that a change came from. */
export const ORIGIN = { address: null, userAgent: 'pharos users', by: 'the command line', session: null };

/** Changes a user as an admin would: the change is logged, and sessions that it ends are revoked. */
export async function changeUser(session: Session, id: string, change: { tier?: Tier; active?: boolean }): Promise<void> {
  await administerUser({ ...session, ...accountParts(session) }, id, change, ORIGIN);
}

/** What ends sessions and logs changes. */
export function accountParts(session: Session) {
  // With the in-memory store, a running API reads revocations from the database within a second.
  const accessTokens = createAccessTokens(session);
  const revocations = createRevocations({ ...session, limiter: createLimiter(session) });
  const security = createSecurityLog({ ...session, metrics: noMetrics });
  return { security, sessions: createSessions({ ...session, accessTokens, revocations, security }) };
}

/** Throws UsageError for a login that no user has. */
export async function userNamed({ db, database }: Session, login: string): Promise<User> {
  const [user] = await findUsersByLogin(db, login);
  if (!user) throw new UsageError(`There is no user ${login} in ${database.place}`);
  return user;
}

/** Throws UsageError for an unknown tier. */
export function tierNamed(name: string | undefined): Tier {
  const tier = TIERS.find((known) => known === name);
  if (!tier) throw new UsageError(`expected a tier, one of ${TIERS.join(', ')}, not "${name}"`);
  return tier;
}
