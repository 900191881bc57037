/** The session of a page on the server's own origin: the access token is in memory, the refresh token in a cookie of the server. */
import { type Credentials, EARLY_MS, ifEnded, webLock } from './credentials.ts';
import type { Parts } from './parts.ts';

/** Of a session whose refresh token is in a cookie. */
export interface AccessToken {
  readonly accessToken: string;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly expiresAt: number;
}

export interface CookieSessionOptions {
  /** Tabs renew under this lock one after the other, so that none deletes the cookie that another has just received. */
  readonly lockName: string;
  /** Sends the cookie, which the server replaces. */
  readonly refresh: () => Promise<AccessToken>;
  readonly parts: Pick<Parts, 'now'>;
}

export interface CookieCredentials extends Credentials {
  /** Starts a session by what `request` responds. */
  begin(request: () => Promise<AccessToken>): Promise<void>;
  /** Forgets the session, whether `request` succeeds or not. */
  end(request: () => Promise<void>): Promise<void>;
}

export function cookieCredentials({ lockName, refresh, parts }: CookieSessionOptions): CookieCredentials {
  const withLock = webLock(lockName);
  let token: AccessToken | undefined;
  /** Whether it is known that this browser has no session. */
  let hasNone = false;
  let renewal: Promise<AccessToken | undefined> | undefined;

  function keep(next: AccessToken | undefined): AccessToken | undefined {
    token = next;
    hasNone = next === undefined;
    return next;
  }

  /** `stale`: the access token that does not do. */
  function renewed(stale: string | undefined): Promise<AccessToken | undefined> {
    const replace = async () => (token && token.accessToken !== stale ? token : keep(await refresh().catch(ifEnded)));
    renewal ??= withLock(replace).finally(() => {
      renewal = undefined;
    });
    return renewal;
  }

  async function current(): Promise<AccessToken | undefined> {
    const isFresh = token && token.expiresAt - EARLY_MS > parts.now();
    return isFresh || hasNone ? token : renewed(token?.accessToken);
  }

  return {
    authorization: async () => {
      const found = await current();
      return found && `Bearer ${found.accessToken}`;
    },
    // Another tab may have logged in: the cookie is tried although there was none.
    renew: async (used) => {
      const stale = used?.replace(/^Bearer /, '');
      const found = await renewed(stale);
      return found !== undefined && found.accessToken !== stale;
    },
    begin: (request) => withLock(async () => void keep(await request())),
    end: (request) =>
      withLock(async () => {
        try {
          await request();
        } finally {
          keep(undefined);
        }
      }),
  };
}
