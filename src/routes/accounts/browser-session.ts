/** Login, refresh and logout of a browser whose refresh token is in a cookie. Programs use the same paths without one. */
import { AppError } from '../../kernel/core/errors.ts';
import type { AppContext } from '../../services/context.ts';
import type { Around } from '../mount.ts';
import { createSessionCookie } from './session-cookie.ts';

const WHOLE = 'must be left out with cookie: the session of a browser has all scopes of its account';

/** `cookie: true` in the body moves the refresh token from the response to the cookie. */
export function loginInBrowser({ config, sessions }: Pick<AppContext, 'config' | 'sessions'>): Around {
  const cookie = createSessionCookie(config);
  return async (c, input, run) => {
    if (!asksForCookie(input)) return run(input);
    cookie.requireOwnOrigin(c);
    // A narrow session may do no account operation, not even log out.
    if ((input as { scope?: string }).scope) {
      throw new AppError('invalid_input', `scope: ${WHOLE}`, { errors: [{ path: 'scope', message: WHOLE }] });
    }
    const tokens = (await run(input)) as object;
    await endSessionOf(cookie.read(c), sessions, 'another login in its browser');
    return cookie.keep(c, tokens);
  };
}

/** Ends the session whose refresh token was in the cookie: no other holds it. */
export async function endSessionOf(token: string | undefined, sessions: AppContext['sessions'], reason: string): Promise<void> {
  const session = token === undefined ? undefined : await sessions.inspect(token);
  if (session) await sessions.end(session.id, reason);
}

const asksForCookie = (input: unknown) =>
  ['true', true].includes((input as { cookie?: string | boolean } | null)?.cookie ?? false);

/** Without a body, the refresh token is read from the cookie, and its successor is put there. */
export function refreshInBrowser({ config }: Pick<AppContext, 'config'>): Around {
  const cookie = createSessionCookie(config);
  return async (c, input, run) => {
    if (c.req.header('content-type') !== undefined) return run(input);
    cookie.requireOwnOrigin(c);
    const token = cookie.read(c);
    try {
      if (token === undefined) throw new AppError('unauthenticated', 'This browser has no session; log in');
      return cookie.keep(c, (await run({ refresh_token: token })) as object);
    } catch (error) {
      if (error instanceof AppError && error.code === 'unauthenticated') cookie.delete(c);
      throw error;
    }
  };
}

/** A page of this server that logs out leaves no session in its browser, whatever credentials it sent. */
export function logoutInBrowser({ config, sessions }: Pick<AppContext, 'config' | 'sessions'>): Around {
  const cookie = createSessionCookie(config);
  return async (c, input, run) => {
    const output = await run(input);
    const token = cookie.isFromOwnOrigin(c) ? cookie.read(c) : undefined;
    if (token === undefined) return output;
    await endSessionOf(token, sessions, 'logout');
    cookie.delete(c);
    return output;
  };
}
