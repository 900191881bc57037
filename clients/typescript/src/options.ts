/** What a client is made with. */
import type { TokenStore, Tokens } from './credentials.ts';
import type { Renewal } from './renewal.ts';

export interface ClientOptions {
  /** The address of the API, such as `http://localhost:8000`. */
  readonly url: string;
  readonly apiKey?: string | undefined;
  /** A session that was begun elsewhere. It is renewed; `store` receives the new tokens. */
  readonly tokens?: Tokens | undefined;
  /** Where the tokens of the session are kept. Default: in memory. */
  readonly store?: TokenStore | undefined;
  /** With `password`: logs in at the first request, and again when the session has ended. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** How often a request that failed for a passing reason is sent again. Default: 3. */
  readonly retries?: number | undefined;
  /** Seconds of a `Retry-After` that the client waits at most; above it the request fails. Default: 60. */
  readonly maxRetryAfter?: number | undefined;
  /** Milliseconds until a response must begin. Default: 60,000; uploads have ten minutes. */
  readonly timeout?: number | undefined;
  readonly fetch?: typeof fetch | undefined;
  /** For pages of the server itself: see BrowserClientOptions. */
  readonly session?: undefined;
}

/** Of a page on the server's own origin. */
export interface BrowserClientOptions extends Pick<ClientOptions, 'url' | 'retries' | 'maxRetryAfter' | 'timeout' | 'fetch'> {
  /** The refresh token is in a cookie that the server sets; all tabs share the session. */
  readonly session: 'cookie';
  /** Called when the session has ended: by `logOut`, or because the server refused to renew it. */
  readonly onEnd?: (() => void) | undefined;
  /** What `beginRenewal` returned to the page's first module. The client takes the response in place of a request of its own. */
  readonly renewal?: Renewal | undefined;
}
