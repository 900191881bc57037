/** Changes of an account by an admin. */

import type { RequestOrigin, SecurityLog } from '../../kernel/auth/security-log.ts';
import type { Sessions } from '../../kernel/auth/sessions.ts';
import { AppError } from '../../kernel/core/errors.ts';
import type { Database, User } from '../../kernel/db/types.ts';
import { findUser, isSessionLive } from '../../kernel/db/users.ts';
import { isSystemUser } from '../../kernel/model/system-users.ts';
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

/** Who changes the account, and from where. */
export interface Administrator extends RequestOrigin {
  readonly by: string;
  /** Null for the master key and the command line. */
  readonly session: { readonly userId: string; readonly sessionId: string } | null;
}

const SYSTEM_USER =
  'This user stands for the master key or TEST_MODE and cannot be changed: change MASTER_API_KEY or TEST_MODE instead';

/**
 * Sets tier and active. A deactivation and a downgrade end the sessions at once; an upgrade applies at their next refresh.
 * Throws `not_found`; `forbidden` for a system user, for the administrator's own account, and if the administrator's session has
 * ended or is no admin's any more, which the transaction of the change checks.
 */
export async function administerUser(
  { sessions, security }: Dependencies,
  id: string,
  { tier, active }: AccountChange,
  { by, session, ...from }: Administrator,
): Promise<User> {
  if (id === session?.userId) throw new AppError('forbidden', 'You cannot change your own account here');
  const set = { ...(tier === undefined ? {} : { tier }), ...(active === undefined ? {} : { active }) };
  const user = await sessions.updateAccount(id, async (before, tx) => {
    if (session && !(await isStillAdmin(tx, session))) {
      throw new AppError('forbidden', 'Your session has ended, or you are not an admin any more');
    }
    if (isSystemUser(before)) throw new AppError('forbidden', SYSTEM_USER);
    return { set, ends: endOf(before, { tier, active }) };
  });
  if (!user) throw notFound('user');
  if (tier !== undefined) security.record('tier_changed', { ...from, userId: id, reason: `${tier}, by ${by}` });
  if (active !== undefined) security.record(active ? 'activated' : 'deactivated', { ...from, userId: id, reason: `by ${by}` });
  return user;
}

async function isStillAdmin(tx: Database, { userId, sessionId }: NonNullable<Administrator['session']>): Promise<boolean> {
  const admin = await findUser(tx, userId);
  return admin?.active === true && admin.tier === 'admin' && (await isSessionLive(tx, sessionId));
}

/** Why the change ends the sessions of the account; null if it takes nothing away. */
function endOf(before: User, { tier, active }: { tier: Tier | undefined; active: boolean | undefined }): string | null {
  if (active === false) return 'user deactivated';
  return tier !== undefined && TIERS.indexOf(tier) < TIERS.indexOf(before.tier) ? 'tier lowered' : null;
}
