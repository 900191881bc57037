/** The session of a page on the server's own origin: the access token is in memory, the refresh token in a cookie of the server. */
import { type Credentials, EARLY_MS, ifEnded, webLock } from './credentials.ts';
import type { Parts } from './parts.ts';
import { sessionHint } from './session-hint.ts';

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
  /** Called when the session has ended. */
  readonly onEnd?: (() => void) | undefined;
  readonly parts: Pick<Parts, 'now'>;
}

export interface CookieCredentials extends Credentials {
  /** Whether there is a session; asks the server anew where there was none. */
  resume(): Promise<boolean>;
  /** Starts a session by what `request` responds. */
  begin(request: () => Promise<AccessToken>): Promise<void>;
  /** Forgets the session, whether `request` succeeds or not. */
  end(request: () => Promise<void>): Promise<void>;
}

export function cookieCredentials({ lockName, refresh, onEnd, parts }: CookieSessionOptions): CookieCredentials {
  const withLock = webLock(lockName);
  const hint = sessionHint(lockName);
  let token: AccessToken | undefined;
  /** Whether it is known that this browser has no session. */
  let hasNone = !hint.get();
  let renewal: Promise<AccessToken | undefined> | undefined;

  function keep(next: AccessToken | undefined): AccessToken | undefined {
    const hasEnded = token !== undefined && next === undefined;
    token = next;
    hasNone = next === undefined;
    hint.set(!hasNone);
    if (hasEnded) onEnd?.();
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
      if (used === undefined && !hint.get()) return false;
      const stale = used?.replace(/^Bearer /, '');
      const found = await renewed(stale);
      return found !== undefined && found.accessToken !== stale;
    },
    resume: async () => hint.get() && (await (hasNone ? renewed(undefined) : current())) !== undefined,
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
