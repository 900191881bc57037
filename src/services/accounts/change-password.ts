import type { LoginLimits } from '../../kernel/auth/login-limits.ts';
import { normalisePassword } from '../../kernel/auth/password-rules.ts';
import type { RequestOrigin, SecurityLog } from '../../kernel/auth/security-log.ts';
import type { Sessions } from '../../kernel/auth/sessions.ts';
import { AppError } from '../../kernel/core/errors.ts';
import type { Clock, PasswordHasher } from '../../kernel/core/ports.ts';
import type { Database } from '../../kernel/db/types.ts';
import { findUser, setPasswordHash } from '../../kernel/db/users.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { addressKey } from '../../kernel/rate-limits/address.ts';
import type { Accounts } from './accounts.ts';
import { checkPassword } from './check-password.ts';

interface Dependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly passwords: PasswordHasher;
  readonly sessions: Sessions;
  readonly security: SecurityLog;
  readonly accounts: Accounts;
  readonly loginLimits: LoginLimits;
}

/**
 * Sets a new password and ends every other session. Throws `forbidden` if the current password is wrong, which counts as a
 * failed login, and `rate_limited` after too many of them.
 */
export async function changePassword(
  { db, clock, passwords, sessions, security, accounts, loginLimits }: Dependencies,
  actor: Actor,
  { current, next }: { readonly current: string; readonly next: string },
  client: RequestOrigin,
): Promise<void> {
  const user = await findUser(db, actor.userId);
  const checked = user && (await checkPassword({ accounts, loginLimits }, user, current, client));
  if (!checked?.user) throw new AppError('forbidden', 'The current password is wrong');
  const hash = await passwords.hash(normalisePassword(next), addressKey(client.address));
  await setPasswordHash(db, checked.user.id, hash, clock.now());
  for (const { id } of await sessions.list(checked.user.id))
    if (id !== actor.sessionId) await sessions.end(id, 'password changed');
  security.record('password_changed', { ...client, userId: checked.user.id });
}
