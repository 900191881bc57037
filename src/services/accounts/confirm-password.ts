import type { RequestOrigin, SecurityLog } from '../../kernel/auth/security-log.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { confirmSession } from '../../kernel/db/sessions.ts';
import type { AppContext } from '../context.ts';
import { type AccountSession, accountChanged } from './account-session.ts';
import { checkPassword } from './check-password.ts';

type Dependencies = Pick<AppContext, 'db' | 'clock' | 'accounts' | 'loginLimits'> & { readonly security: SecurityLog };

/**
 * Makes the session fresh. Throws `forbidden` if the password is wrong, which counts as a failed login, `rate_limited` after
 * too many of them, and `conflict` for an account without a password.
 */
export async function confirmPassword(
  { db, clock, accounts, loginLimits, security }: Dependencies,
  { user, session }: AccountSession,
  password: string,
  client: RequestOrigin,
): Promise<void> {
  if (user.passwordHash === null) {
    throw new AppError('conflict', 'Your account has no password; log in again through a linked provider');
  }
  const checked = await checkPassword({ accounts, loginLimits }, user, password, client);
  if (!checked.user) {
    security.record('login_failed', {
      ...client,
      userId: user.id,
      sessionId: session.id,
      reason: 'confirmation: wrong password',
    });
    throw new AppError('forbidden', 'The password is wrong');
  }
  if (!(await confirmSession(db, session, clock.now()))) throw accountChanged();
  security.record('session_confirmed', { ...client, userId: user.id, sessionId: session.id });
}
