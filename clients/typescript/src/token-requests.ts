/** Requests that begin, renew and end sessions. They carry no access token but that of a logout. */
import type { AccessToken } from './cookie-session.ts';
import type { Credentials, Tokens } from './credentials.ts';
import type { Parts } from './parts.ts';
import type { components } from './schema.generated.ts';
import type { Transport } from './transport.ts';

/**
 * A refresh that lost its response is repeated within the 30 seconds in which the server gives the same tokens again. Later it
 * would take the repetition for a theft, and end the session.
 */
const REFRESH_TIMEOUT_MS = 7_000;

export interface TokenRequests {
  /** Sends `form`; resolves to the tokens in the response. */
  tokens(path: string, form: Record<string, string>): Promise<Tokens>;
  /** Sends `fields` as JSON, or no body; the server sets the refresh token as a cookie. */
  accessToken(path: string, fields?: Record<string, string | boolean>): Promise<AccessToken>;
  /** `credentials` absent: those of the cookie. */
  logOut(credentials?: Credentials): Promise<void>;
  /** An app gives up its grant (RFC 7009); the operations on an account are not for apps. */
  revoke(token: string): Promise<void>;
}

interface Dependencies {
  readonly url: string;
  readonly transport: Transport;
  /** Milliseconds. */
  readonly timeout: number;
  readonly parts: Pick<Parts, 'now'>;
}

export function createTokenRequests({ url, transport, timeout, parts }: Dependencies): TokenRequests {
  const refreshOptions = { timeout: Math.min(timeout, REFRESH_TIMEOUT_MS), isRepeatable: true };
  const post = (path: string, init: RequestInit = {}) => new Request(url + path, { method: 'POST', redirect: 'manual', ...init });

  async function request(build: () => Request, isRefresh: boolean) {
    const sentAt = parts.now();
    const response = await transport.send(build, isRefresh ? refreshOptions : {});
    const tokens = (await response.json()) as components['schemas']['SessionTokens'];
    return { ...tokens, expiresAt: sentAt + tokens.expires_in * 1000 };
  }

  return {
    tokens: async (path, form) => {
      const build = () => post(path, { body: new URLSearchParams(form) });
      const { access_token, refresh_token, expiresAt } = await request(build, form.refresh_token !== undefined);
      // Only a request that asks for a cookie gets a response without it.
      return { accessToken: access_token, refreshToken: refresh_token as string, expiresAt };
    },
    accessToken: async (path, fields) => {
      const body = fields && { body: JSON.stringify(fields), headers: { 'Content-Type': 'application/json' } };
      const build = () => post(path, { credentials: 'same-origin', ...body });
      const { access_token, expiresAt } = await request(build, fields === undefined);
      return { accessToken: access_token, expiresAt };
    },
    logOut: async (credentials) => {
      await transport.send(() => post('/auth/logout', { credentials: 'same-origin' }), { credentials });
    },
    revoke: async (token) => {
      await transport.send(() => post('/auth/revoke', { body: new URLSearchParams({ token }) }));
    },
  };
}
