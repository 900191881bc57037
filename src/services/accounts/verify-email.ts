import type { EmailLinks } from '../../kernel/auth/email-links.ts';
import type { LoginLimits } from '../../kernel/auth/login-limits.ts';
import type { RequestOrigin, SecurityLog } from '../../kernel/auth/security-log.ts';
import { AppError } from '../../kernel/core/errors.ts';
import type { User } from '../../kernel/db/types.ts';
import type { Verified } from '../../kernel/db/users.ts';
import type { AccountSession } from './account-session.ts';
import type { Accounts } from './accounts.ts';
import { checkPassword } from './check-password.ts';

interface Dependencies {
  readonly emailLinks: EmailLinks;
  readonly security: SecurityLog;
  readonly accounts: Accounts;
  readonly loginLimits: LoginLimits;
}

/** How the holder of a verification link shows that they hold the account as well. */
export interface HolderProof {
  readonly password?: string | undefined;
  /** The session in which the link was opened; counts where no password is given. */
  readonly session: Pick<AccountSession, 'user' | 'session'> | undefined;
}

const NEEDED = 'is required, unless the request carries an access token of the account';

/**
 * Verifies the address of an account. The link proves the mailbox, `proof` the account: otherwise the owner of an address, by
 * opening the link, would vouch for an account that another person registered with it (decision 0021). Throws what
 * EmailLinks.verify throws, `invalid_input` without a proof, `forbidden` for a wrong password, which counts as a failed login,
 * and for a session of another account, `rate_limited` after too many wrong passwords, `conflict` for an account without one.
 */
export async function verifyEmail(
  { emailLinks, security, accounts, loginLimits }: Dependencies,
  token: string,
  { password, session }: HolderProof,
  client: RequestOrigin,
): Promise<void> {
  async function proveHolder(user: User): Promise<Verified> {
    if (password === undefined) return sessionProof(user, session);
    if (user.passwordHash === null) {
      throw new AppError('conflict', 'The account has no password; set one with a reset by mail, which verifies the address too');
    }
    const checked = await checkPassword({ accounts, loginLimits }, user, password, client);
    if (checked.user) return { userId: user.id, credentialsEpoch: user.credentialsEpoch };
    security.record('login_failed', { ...client, userId: user.id, reason: 'e-mail verification: wrong password' });
    throw new AppError('forbidden', 'The password is wrong: it must be that of the account which the link is for');
  }
  await emailLinks.verify(token, proveHolder, client);
}

function sessionProof({ id }: User, session: HolderProof['session']): Verified {
  if (!session) {
    throw new AppError('invalid_input', `password: ${NEEDED}`, { errors: [{ path: 'password', message: NEEDED }] });
  }
  if (session.user.id !== id) throw new AppError('forbidden', 'This link is for another account than the one logged in');
  return { userId: id, credentialsEpoch: session.user.credentialsEpoch, sessionId: session.session.id };
}
