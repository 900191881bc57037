/**
 * The paths that ask for no credentials. Everything else is behind the lock, paths that do not exist included:
 * a new route is closed until it is named here.
 */
import { ACCOUNT_PAGES } from '../accounts/account-pages.ts';

const OPEN = new Set<string>([
  ...ACCOUNT_PAGES,
  '/',
  '/docs',
  '/openapi.json',
  '/monitoring/health',
  '/auth/register',
  '/auth/login',
  '/auth/refresh',
  '/auth/revoke',
  '/auth/exchange',
  '/auth/password/forgot',
  '/auth/password/reset',
  '/auth/email/verify',
  '/auth/google',
  '/auth/google/callback',
  '/auth/github',
  '/auth/github/callback',
  '/auth/oidc',
  '/auth/oidc/callback',
]);

/** Static files, public keys, and the signed endpoints, which check their own signatures. */
const OPEN_BELOW = ['/assets/', '/.well-known/', '/webhooks/ingest/', '/jobs/'];

/** `path` is the routed one, so that the decision here and the router's are about the same string. */
export function isPublicPath(path: string): boolean {
  return OPEN.has(path) || OPEN_BELOW.some((prefix) => path.startsWith(prefix) && path.length > prefix.length);
}

/** Health checks and static files are free; the signed endpoints count failed signatures themselves. */
export const isLimitedPath = (path: string): boolean =>
  path !== '/monitoring/health' && !['/assets/', '/webhooks/ingest/', '/jobs/'].some((prefix) => path.startsWith(prefix));
