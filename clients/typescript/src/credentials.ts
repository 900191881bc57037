/** The access token of a session: where it is kept, and how it is renewed once for all requests, tabs and processes. */
import { PharosError } from './error.ts';
import type { Parts } from './parts.ts';
import { webLock } from './session-lock.ts';
import type { UnderWay } from './under-way.ts';

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly expiresAt?: number | undefined;
  /** The app whose grant this is (RFC 6749). Absent for the session of a login. */
  readonly clientId?: string | undefined;
}

/** Keeps the tokens of one session. Several tabs or processes may share one. */
export interface TokenStore {
  load(): Tokens | undefined | Promise<Tokens | undefined>;
  /** Undefined: the session has ended. */
  save(tokens: Tokens | undefined): void | Promise<void>;
  /**
   * Runs `work` while no other user of the store runs theirs, so that one of them renews the tokens and the others read them.
   * Default: the Web Locks API where the runtime has it.
   */
  lock?<T>(work: () => Promise<T>): Promise<T>;
}

export interface Credentials {
  /** The value of `Authorization`; undefined without credentials. */
  authorization(): Promise<string | undefined>;
  /** Called after a 401 for `used`. False if there is nothing newer to try. */
  renew(used: string | undefined): Promise<boolean>;
  /** Requests with these credentials go through it, where they can be ended while requests are under way. */
  readonly underWay?: UnderWay;
}

/** Credentials whose tokens can be replaced. */
export interface Session extends Credentials {
  set(tokens: Tokens | undefined): Promise<void>;
  get(): Promise<Tokens | undefined>;
}

/** An API key, which is never renewed. */
export function keyCredentials(apiKey: string): Session {
  const fixed = () => Promise.reject(new TypeError('a client with an API key has no session to log in to or out of'));
  return {
    authorization: async () => `Bearer ${apiKey}`,
    renew: async () => false,
    set: fixed,
    get: async () => undefined,
  };
}

export function memoryStore(tokens?: Tokens): TokenStore {
  let kept = tokens;
  return {
    load: () => kept,
    save: (saved) => {
      kept = saved;
    },
    // One client uses it, and renews once for all of its requests.
    lock: (work) => work(),
  };
}

export interface SessionOptions {
  readonly store: TokenStore;
  /** Names the lock of stores that have none of their own. */
  readonly lockName: string;
  readonly refresh: (tokens: Tokens) => Promise<Tokens>;
  /** Starts a session where there is none, or where it has ended. */
  readonly logIn?: (() => Promise<Tokens>) | undefined;
  readonly parts: Pick<Parts, 'now'>;
}

/** A token that expires within this time is renewed before it is used. */
export const EARLY_MS = 30_000;

/** A session of a user. At most one renewal is under way, whatever number of requests wait for it. */
export function sessionCredentials({ store, lockName, refresh, logIn, parts }: SessionOptions): Session {
  const withLock = store.lock?.bind(store) ?? webLock(lockName);
  let renewal: Promise<Tokens | undefined> | undefined;

  /** `stale`: the access token that does not do. Another tab or process may have replaced it already. */
  async function replace(stale: string | undefined): Promise<Tokens | undefined> {
    const stored = await store.load();
    if (stored && stored.accessToken !== stale) return stored;
    const renewed = stored && (await refresh(stored).catch(ifEnded));
    const tokens = renewed ?? (await logIn?.());
    if (tokens || stored) await store.save(tokens);
    return tokens;
  }

  function renewed(stale: string | undefined): Promise<Tokens | undefined> {
    renewal ??= withLock(() => replace(stale)).finally(() => {
      renewal = undefined;
    });
    return renewal;
  }

  async function current(): Promise<Tokens | undefined> {
    const stored = await store.load();
    const isFresh = stored && (stored.expiresAt === undefined || stored.expiresAt - EARLY_MS > parts.now());
    if (isFresh || (!stored && !logIn)) return stored;
    return renewed(stored?.accessToken);
  }

  return {
    authorization: async () => {
      const tokens = await current();
      return tokens && `Bearer ${tokens.accessToken}`;
    },
    renew: async (used) => {
      const stale = used?.replace(/^Bearer /, '');
      const tokens = await renewed(stale);
      return tokens !== undefined && tokens.accessToken !== stale;
    },
    set: async (tokens) => {
      await withLock(async () => store.save(tokens));
    },
    get: async () => store.load(),
  };
}

/** A refused refresh token means that the session has ended. Other failures are thrown. */
export function ifEnded(error: unknown): undefined {
  if (error instanceof PharosError && [400, 401, 403].includes(error.status)) return undefined;
  throw error;
}
