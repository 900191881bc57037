/** Address and user agent of a request, for the security log and the list of sessions. */
import type { Context } from 'hono';
import type { RequestOrigin } from '../../kernel/auth/security-log.ts';
import type { AppEnv } from '../env.ts';

export const requestOrigin = (c: Context<AppEnv>): RequestOrigin => ({
  address: c.get('address') ?? null,
  userAgent: c.req.header('User-Agent')?.slice(0, 200) ?? null,
});
