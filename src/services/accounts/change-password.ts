import type { AccountNotices } from '../../kernel/auth/account-notices.ts';
import type { LoginLimits } from '../../kernel/auth/login-limits.ts';
import { normalisePassword } from '../../kernel/auth/password-rules.ts';
import type { RequestOrigin, SecurityLog } from '../../kernel/auth/security-log.ts';
import type { Sessions } from '../../kernel/auth/sessions.ts';
import { AppError } from '../../kernel/core/errors.ts';
import type { PasswordHasher } from '../../kernel/core/ports.ts';
import { isSessionLive } from '../../kernel/db/users.ts';
import { addressKey } from '../../kernel/rate-limits/address.ts';
import type { AccountSession } from './account-session.ts';
import type { Accounts } from './accounts.ts';
import { checkPassword } from './check-password.ts';

const CHANGED =
  'Your password was changed. Every session but the one that changed it is over, and connected apps are disconnected. API keys, linked logins, webhook endpoints and the callback secret are as before.';

interface Dependencies {
  readonly passwords: PasswordHasher;
  readonly sessions: Sessions;
  readonly security: SecurityLog;
  readonly accounts: Accounts;
  readonly loginLimits: LoginLimits;
  readonly notices: Pick<AccountNotices, 'send'>;
}

/**
 * Sets a new password and ends every other session; API keys and linked providers stay. Throws `forbidden` if the current
 * password is wrong, which counts as a failed login, `rate_limited` after too many of them, and `conflict` if the account
 * changed or the session ended after the check.
 */
export async function changePassword(
  { passwords, sessions, security, accounts, loginLimits, notices }: Dependencies,
  { user, session }: Pick<AccountSession, 'user' | 'session'>,
  { current, next }: { readonly current: string; readonly next: string },
  client: RequestOrigin,
): Promise<void> {
  const checked = await checkPassword({ accounts, loginLimits }, user, current, client);
  if (!checked.user) throw new AppError('forbidden', 'The current password is wrong');
  const { id, credentialsEpoch } = checked.user;
  const passwordHash = await passwords.hash(normalisePassword(next), addressKey(client.address));
  const changed = await sessions.updateAccount(
    id,
    async (now, tx) => {
      const isCurrent = now.active && now.credentialsEpoch === credentialsEpoch && (await isSessionLive(tx, session.id));
      return isCurrent ? { set: { passwordHash }, ends: 'password changed' } : undefined;
    },
    { keep: session.id },
  );
  if (!changed) throw new AppError('conflict', 'The account was changed at the same time; log in and try again');
  security.record('password_changed', { ...client, userId: id });
  notices.send(user, { what: CHANGED, client });
}
