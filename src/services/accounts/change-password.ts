import { normalisePassword } from '../../kernel/auth/password-rules.ts';
import type { RequestOrigin, SecurityLog } from '../../kernel/auth/security-log.ts';
import type { Sessions } from '../../kernel/auth/sessions.ts';
import { AppError } from '../../kernel/core/errors.ts';
import type { Clock, PasswordHasher } from '../../kernel/core/ports.ts';
import type { Database } from '../../kernel/db/types.ts';
import { findUser, setPasswordHash } from '../../kernel/db/users.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { Accounts } from './accounts.ts';

interface Dependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly passwords: PasswordHasher;
  readonly sessions: Sessions;
  readonly security: SecurityLog;
  readonly accounts: Accounts;
}

/** Sets a new password and ends every other session. Throws `forbidden` if the current password is wrong. */
export async function changePassword(
  { db, clock, passwords, sessions, security, accounts }: Dependencies,
  actor: Actor,
  { current, next }: { readonly current: string; readonly next: string },
  client: RequestOrigin,
): Promise<void> {
  const user = await findUser(db, actor.userId);
  const checked = await accounts.checkPassword(user?.username ?? '', current);
  if (!user || checked.user?.id !== user.id) throw new AppError('forbidden', 'The current password is wrong');
  await setPasswordHash(db, user.id, await passwords.hash(normalisePassword(next)), clock.now());
  for (const { id } of await sessions.list(user.id)) if (id !== actor.sessionId) await sessions.end(id, 'password changed');
  security.record('password_changed', { ...client, userId: user.id });
}
