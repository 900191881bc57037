/** Changes of an account by an admin. */

import type { RequestOrigin, SecurityLog } from '../../kernel/auth/security-log.ts';
import type { Sessions } from '../../kernel/auth/sessions.ts';
import type { Clock } from '../../kernel/core/ports.ts';
import type { Database, User } from '../../kernel/db/types.ts';
import { updateUser } from '../../kernel/db/users.ts';
import type { Tier } from '../../kernel/model/tiers.ts';
import { notFound } from '../errors.ts';

interface Dependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly security: SecurityLog;
}

export interface AccountChange {
  readonly tier?: Tier;
  readonly active?: boolean;
}

/** Sets tier and active. Deactivation ends the sessions at once; a tier applies at the next refresh. Throws `not_found`. */
export async function administerUser(
  { db, clock, sessions, security }: Dependencies,
  id: string,
  { tier, active }: AccountChange,
  client: RequestOrigin & { readonly by: string },
): Promise<User> {
  const change = { ...(tier === undefined ? {} : { tier }), ...(active === undefined ? {} : { active }) };
  const user = await updateUser(db, id, change, clock.now());
  if (!user) throw notFound('user');
  const { by, ...from } = client;
  if (tier !== undefined) security.record('tier_changed', { ...from, userId: id, reason: `${tier}, by ${by}` });
  if (active === false) for (const session of await sessions.list(id)) await sessions.end(session.id, 'user deactivated');
  if (active !== undefined) security.record(active ? 'activated' : 'deactivated', { ...from, userId: id, reason: `by ${by}` });
  return user;
}
