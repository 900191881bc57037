import type { LoginLimits } from '../../kernel/auth/login-limits.ts';
import type { RequestOrigin } from '../../kernel/auth/security-log.ts';
import type { User } from '../../kernel/db/types.ts';
import { nameKey } from '../../kernel/db/users.ts';
import { addressKey } from '../../kernel/rate-limits/address.ts';
import type { Accounts, LoginResult } from './accounts.ts';

interface Dependencies {
  readonly accounts: Accounts;
  readonly loginLimits: LoginLimits;
}

/**
 * Checks the password of an account, or of the account that a username or e-mail names. A wrong one counts as a failed login
 * of that account, however it was named. Throws `rate_limited` after too many of them, `unavailable` if too many passwords
 * are being checked.
 */
export async function checkPassword(
  { accounts, loginLimits }: Dependencies,
  login: string | User,
  password: string,
  { address }: RequestOrigin,
): Promise<LoginResult> {
  const user = typeof login === 'string' ? await accounts.find(login) : login;
  const account = user?.id ?? nameKey(login as string);
  return await loginLimits.guard(
    account,
    address,
    () => accounts.checkPassword(user, password, addressKey(address)),
    (result) => result.user !== undefined,
  );
}
