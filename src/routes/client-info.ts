/** Where a request came from, for the security log and the list of sessions. */
import type { Context } from 'hono';
import type { ClientInfo } from '../kernel/auth/security-log.ts';
import type { AppEnv } from './env.ts';

export const clientInfo = (c: Context<AppEnv>): ClientInfo => ({
  address: c.get('address') ?? null,
  userAgent: c.req.header('User-Agent')?.slice(0, 200) ?? null,
});
