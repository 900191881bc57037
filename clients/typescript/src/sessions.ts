/** The credentials of a client, and the methods that begin and end its session. */
import { type Account, cookieCredentials } from './cookie-session.ts';
import { type Credentials, keyCredentials, memoryStore, type Session, sessionCredentials, type Tokens } from './credentials.ts';
import { PharosError } from './error.ts';
import type { BrowserClientOptions, ClientOptions } from './options.ts';
import type { Parts } from './parts.ts';
import { lockNameOf } from './session-lock.ts';
import type { TokenRequests } from './token-requests.ts';

export interface Login {
  readonly username: string;
  readonly password: string;
  readonly scope?: string;
}

export interface TokenSession {
  /** Starts a session. `username` may be the e-mail address; `scope` narrows what the session may do. */
  logIn(login: Login): Promise<Tokens>;
  /** Ends the session at the server and forgets its tokens. */
  logOut(): Promise<void>;
}

/** Of a page on the server's own origin, whose tabs share a session in a cookie. */
export interface CookieSession {
  /** Starts a session, and resolves to its account. `username` may be the e-mail address. */
  logIn(login: Omit<Login, 'scope'>): Promise<Account>;
  /** Starts the session of a login at a provider, by the code with which that returned. */
  exchange(code: string): Promise<Account>;
  /**
   * The account of this browser's session, as it was when the session was last renewed; undefined without one. Asks the server
   * anew where it had none, since another tab may have logged in.
   */
  resume(): Promise<Account | undefined>;
  /** Ends the session of all tabs at the server. */
  logOut(): Promise<void>;
}

interface Connection {
  readonly url: string;
  readonly requests: TokenRequests;
  readonly parts: Parts;
}

export function tokenSession(
  options: ClientOptions,
  { url, requests, parts }: Connection,
): TokenSession & { credentials: Credentials } {
  const credentials = credentialsOf(options, url, requests, parts);
  return {
    credentials,
    logIn: async (login) => {
      const tokens = await requests.tokens('/auth/login', { ...login });
      await credentials.set(tokens);
      return tokens;
    },
    logOut: async () => {
      try {
        const tokens = await credentials.get();
        if (tokens?.clientId === undefined) await requests.logOut(credentials);
        else await requests.revoke(tokens.refreshToken);
      } finally {
        await credentials.set(undefined);
      }
    },
  };
}

export function cookieSession(
  { onEnd, renewal }: BrowserClientOptions,
  { url, requests, parts }: Connection,
): CookieSession & { credentials: Credentials } {
  const refresh = () => requests.renewed(renewal);
  const credentials = cookieCredentials({ lockName: lockNameOf(url), refresh, onEnd, parts });
  const begin = (path: string, fields: Record<string, string>) => {
    // What it brings is of the session before.
    renewal?.drop();
    return credentials.begin(() => requests.accessToken(path, { ...fields, cookie: true }));
  };
  return {
    credentials,
    logIn: (login) => begin('/auth/login', { ...login }),
    exchange: (code) => begin('/auth/exchange', { code }),
    // Without a session there is nothing to take, and what was begun does for no later one.
    resume: () => credentials.resume().finally(() => renewal?.drop()),
    logOut: () => credentials.end(() => requests.logOut().catch(ifLoggedOut)),
  };
}

/** Another tab, or the owner elsewhere, ended the session before. */
function ifLoggedOut(error: unknown): void {
  if (!(error instanceof PharosError && error.status === 401)) throw error;
}

function credentialsOf(
  { apiKey, tokens, store, username, password }: ClientOptions,
  url: string,
  requests: TokenRequests,
  parts: Parts,
): Session {
  if ((username === undefined) !== (password === undefined)) throw new TypeError('username, password: give both or neither');
  const given = { apiKey, tokens, username };
  const named = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (named.length > 1) throw new TypeError(`${named.join(', ')}: give one of them`);
  if (apiKey !== undefined && store) throw new TypeError('apiKey, store: give one of them');
  if (tokens && store) throw new TypeError('tokens, store: give one of them');
  if (apiKey !== undefined) return keyCredentials(apiKey);
  return sessionCredentials({
    store: store ?? memoryStore(tokens),
    lockName: lockNameOf(url),
    refresh: async ({ refreshToken: refresh_token, clientId }) => {
      if (clientId === undefined) return await requests.tokens('/auth/refresh', { refresh_token });
      const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token };
      return { ...(await requests.tokens('/oauth/token', form)), clientId };
    },
    logIn:
      username === undefined || password === undefined ? undefined : () => requests.tokens('/auth/login', { username, password }),
    parts,
  });
}
