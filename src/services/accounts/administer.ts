/** Changes of an account by an admin. */

import type { RequestOrigin, SecurityLog } from '../../kernel/auth/security-log.ts';
import type { Sessions } from '../../kernel/auth/sessions.ts';
import { AppError } from '../../kernel/core/errors.ts';
import type { User } from '../../kernel/db/types.ts';
import { TIERS, type Tier } from '../../kernel/model/tiers.ts';
import { notFound } from '../errors.ts';

interface Dependencies {
  readonly sessions: Pick<Sessions, 'updateAccount'>;
  readonly security: SecurityLog;
}

export interface AccountChange {
  readonly tier?: Tier;
  readonly active?: boolean;
}

/** Who changes the account, and from where; `userId` is null for the command line. */
export interface Administrator extends RequestOrigin {
  readonly by: string;
  readonly userId: string | null;
}

/**
 * Sets tier and active. A deactivation and a downgrade end the sessions at once; an upgrade applies at their next refresh.
 * Throws `not_found`, and `forbidden` for the administrator's own tier.
 */
export async function administerUser(
  { sessions, security }: Dependencies,
  id: string,
  { tier, active }: AccountChange,
  { by, userId, ...from }: Administrator,
): Promise<User> {
  if (tier !== undefined && id === userId) throw new AppError('forbidden', 'You cannot change your own tier');
  const set = { ...(tier === undefined ? {} : { tier }), ...(active === undefined ? {} : { active }) };
  const user = await sessions.updateAccount(id, async (before) => ({ set, ends: endOf(before, { tier, active }) }));
  if (!user) throw notFound('user');
  if (tier !== undefined) security.record('tier_changed', { ...from, userId: id, reason: `${tier}, by ${by}` });
  if (active !== undefined) security.record(active ? 'activated' : 'deactivated', { ...from, userId: id, reason: `by ${by}` });
  return user;
}

/** Why the change ends the sessions of the account; null if it takes nothing away. */
function endOf(before: User, { tier, active }: { tier: Tier | undefined; active: boolean | undefined }): string | null {
  if (active === false) return 'user deactivated';
  return tier !== undefined && TIERS.indexOf(tier) < TIERS.indexOf(before.tier) ? 'tier lowered' : null;
}
