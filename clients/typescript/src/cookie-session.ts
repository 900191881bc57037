/** The session of a page on the server's own origin: the access token is in memory, the refresh token in a cookie of the server. */
import { type Credentials, EARLY_MS, ifEnded } from './credentials.ts';
import { PharosError } from './error.ts';
import type { Parts } from './parts.ts';
import type { components } from './schema.generated.ts';
import { sessionHint } from './session-hint.ts';
import { webLock } from './session-lock.ts';
import { createUnderWay } from './under-way.ts';

export type Account = components['schemas']['User'];

/** Of a session whose refresh token is in a cookie. */
export interface AccessToken {
  readonly accessToken: string;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly expiresAt: number;
  /** The account of the session, as it was then. */
  readonly user: Account;
}

export interface CookieSessionOptions {
  /** Tabs renew under this lock one after the other, so that none deletes the cookie that another has just received. */
  readonly lockName: string;
  /** Sends the cookie, which the server replaces. */
  readonly refresh: () => Promise<AccessToken>;
  /** Called when the session has ended. */
  readonly onEnd?: (() => void) | undefined;
  readonly parts: Pick<Parts, 'now' | 'sleep'>;
}

export interface CookieCredentials extends Credentials {
  /** The account of the session; asks the server anew where there was none. */
  resume(): Promise<Account | undefined>;
  /** Starts a session by what `request` responds. */
  begin(request: () => Promise<AccessToken>): Promise<Account>;
  /**
   * Forgets the session when `request` has ended it. Where that fails the session goes on, as its cookie does. Of what is under way,
   * changes are waited for; reads are given up, so that none is refused, and sent again where the session goes on.
   */
  end(request: () => Promise<void>): Promise<void>;
}

export function cookieCredentials({ lockName, refresh, onEnd, parts }: CookieSessionOptions): CookieCredentials {
  const withLock = webLock(lockName);
  const hint = sessionHint(lockName);
  const underWay = createUnderWay(parts);
  let token: AccessToken | undefined;
  /** Whether it is known that this browser has no session. */
  let hasNone = !hint.get();
  let renewal: Promise<AccessToken | undefined> | undefined;
  let ending: Promise<void> | undefined;
  /** After a session, what was meant for its account is not sent for another one that logs in: only the page itself goes on. */
  let hasLeft = false;

  function keep(next: AccessToken | undefined): AccessToken | undefined {
    const hasEnded = token !== undefined && next === undefined;
    token = next;
    hasNone = next === undefined;
    hasLeft = hasEnded || (hasLeft && hasNone);
    hint.set(!hasNone);
    if (hasEnded) onEnd?.();
    return next;
  }

  /** Another account has logged in, in another tab: its session is the browser's now, and this page's has ended. */
  function leave(): undefined {
    keep(undefined);
    hint.set(true);
  }

  /** `stale`: the access token that does not do. */
  function renewed(stale: string | undefined): Promise<AccessToken | undefined> {
    const replace = async () => {
      if (token && token.accessToken !== stale) return token;
      const next = await refresh().catch(ifEnded);
      return token && next && subjectOf(token) !== subjectOf(next) ? leave() : keep(next);
    };
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
    underWay,
    authorization: async () => {
      const end = ending;
      await end?.catch(() => undefined);
      // What was begun while the session was being ended was meant for its account.
      if (end && !token) throw new PharosError({ status: 401, code: 'unauthenticated', detail: 'The session has ended' });
      const found = await current();
      return found && `Bearer ${found.accessToken}`;
    },
    // Another tab may have logged in: the cookie is tried although there was none.
    renew: async (used) => {
      if (used === undefined && (hasLeft || !hint.get())) return false;
      const stale = used?.replace(/^Bearer /, '');
      const found = await renewed(stale);
      return found !== undefined && found.accessToken !== stale;
    },
    resume: async () => (hint.get() ? (await (hasNone ? renewed(undefined) : current()))?.user : undefined),
    begin: (request) =>
      withLock(async () => {
        const next = await request();
        keep(next);
        return next.user;
      }),
    end: (request) => {
      const end = withLock(async () => {
        await underWay.around(request);
        keep(undefined);
      });
      ending = end;
      return end.finally(() => {
        if (ending === end) ending = undefined;
      });
    },
  };
}

/** Whose an access token is (RFC 9068 section 2.2). The server alone verifies it. */
function subjectOf({ accessToken }: AccessToken): unknown {
  const payload = accessToken.split('.')[1] ?? '';
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (byte) => byte.charCodeAt(0));
  return (JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown }).sub;
}
