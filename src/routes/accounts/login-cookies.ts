/**
 * The cookies of logins through providers. Each attempt has two of its own: its signed secrets, deleted by its callback, and
 * the secret of the browser, which the exchange code is bound to.
 */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { ATTEMPT_SECONDS, attemptId, type BegunLogin, EXCHANGE_SECONDS } from '../../kernel/auth/oauth/flow.ts';

/**
 * The bytes that cookies of attempts may take in a request. Without a bound, logins that were begun and left would fill the
 * 16 KiB that Node allows the headers of a request, and every request of the browser would be refused.
 */
const MAX_BYTES = 6 * 1024;

export interface LoginCookies {
  /** `returnTo`: where the browser goes after the login; null if no exchange code will be issued. */
  set(c: Context, login: BegunLogin, returnTo: string | null): void;
  /** The cookie of the attempt with this state. */
  attempt(c: Context, state: string | undefined): Promise<string | undefined>;
  deleteAttempt(c: Context, state: string): Promise<void>;
  /** The browser's secret of the attempt. */
  browser(c: Context, id: string): string | undefined;
}

export function createLoginCookies({ publicUrl }: { readonly publicUrl: string }): LoginCookies {
  const secure = publicUrl.startsWith('https://');
  const origin = new URL(publicUrl).origin;
  const prefix = `${secure ? '__Host-' : ''}pharos_oauth_`;
  const attemptName = (id: string) => `${prefix}${id}`;
  const browserName = (id: string) => `${prefix}browser_${id}`;
  const options = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const;

  /** Deletes the oldest cookies until those of a new attempt fit; browsers send the oldest first (RFC 6265 section 5.4). */
  function makeRoom(c: Context, bytes: number): void {
    const sizes = Object.entries(getCookie(c))
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => ({ name, bytes: name.length + value.length }));
    let total = sizes.reduce((sum, size) => sum + size.bytes, bytes);
    for (const size of sizes) {
      if (total <= MAX_BYTES) return;
      deleteCookie(c, size.name, options);
      total -= size.bytes;
    }
  }

  return {
    set: (c, { id, cookie, browser }, returnTo) => {
      makeRoom(c, cookie.length + browser.length);
      setCookie(c, attemptName(id), cookie, { ...options, maxAge: ATTEMPT_SECONDS });
      if (returnTo === null) return;
      // A page of another site exchanges the code from there, and browsers withhold Lax cookies from its requests.
      const elsewhere = secure && new URL(returnTo, publicUrl).origin !== origin;
      setCookie(c, browserName(id), browser, {
        ...options,
        sameSite: elsewhere ? 'None' : 'Lax',
        maxAge: ATTEMPT_SECONDS + EXCHANGE_SECONDS,
      });
    },
    attempt: async (c, state) => (state === undefined ? undefined : getCookie(c, attemptName(await attemptId(state)))),
    deleteAttempt: async (c, state) => void deleteCookie(c, attemptName(await attemptId(state)), options),
    browser: (c, id) => getCookie(c, browserName(id)),
  };
}
