/** The session cookie as the credentials of a logout, so that a page can end its session when its access token has expired. */
import { AppError } from '../../kernel/core/errors.ts';
import type { AppContext } from '../../services/context.ts';
import { createSessionCookie } from '../accounts/session-cookie.ts';
import type { AuthenticationStrategy, Credentials } from './credentials.ts';
import { requestOrigin } from './request-origin.ts';

/** Applies to logouts without other credentials. A refresh verifies the cookie, with all that a refresh checks. */
export function sessionCookie(
  { config, sessions }: Pick<AppContext, 'config' | 'sessions'>,
  { verifyAuthorization, refuseRevoked }: Credentials,
): AuthenticationStrategy {
  const cookie = createSessionCookie(config);
  return {
    appliesTo: (c) =>
      c.req.path === '/auth/logout' &&
      c.req.method === 'POST' &&
      c.req.header('authorization') === undefined &&
      c.req.header('x-api-key') === undefined &&
      cookie.read(c) !== undefined,
    verify: async (c) => {
      cookie.requireOwnOrigin(c);
      try {
        const { accessToken, refreshToken } = await sessions.refresh(cookie.read(c) ?? '', requestOrigin(c));
        // A logout that is refused later leaves the browser with the token that is valid now.
        cookie.keep(c, { refresh_token: refreshToken });
        return await verifyAuthorization(c, `Bearer ${accessToken}`);
      } catch (error) {
        if (error instanceof AppError && error.code === 'unauthenticated') cookie.delete(c);
        throw error;
      }
    },
    refuseRevoked,
    isCounted: true,
  };
}
