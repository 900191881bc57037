/** Requests that begin, renew and end sessions. They carry no access token but that of a logout. */
import type { AccessToken } from './cookie-session.ts';
import type { Credentials, Tokens } from './credentials.ts';
import type { Parts } from './parts.ts';
import { REFRESH_TIMEOUT_MS, type Renewal } from './renewal.ts';
import type { components } from './schema.generated.ts';
import type { SendOptions, Transport } from './transport.ts';

export interface TokenRequests {
  /** Sends `form`; resolves to the tokens in the response. */
  tokens(path: string, form: Record<string, string>): Promise<Tokens>;
  /** Begins a session: sends `fields` as JSON; the server sets the refresh token as a cookie. */
  accessToken(path: string, fields: Record<string, string | boolean>): Promise<AccessToken>;
  /** Renews the session in the cookie. `begun`: the renewal that the page has begun, whose response is then the first. */
  renewed(begun: Renewal | undefined): Promise<AccessToken>;
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
  readonly parts: Pick<Parts, 'now' | 'fetch'>;
}

export function createTokenRequests({ url, transport, timeout, parts }: Dependencies): TokenRequests {
  const refreshOptions = { timeout: Math.min(timeout, REFRESH_TIMEOUT_MS), isRepeatable: true };
  const post = (path: string, init: RequestInit = {}) => new Request(url + path, { method: 'POST', redirect: 'manual', ...init });

  async function request(build: () => Request, options: SendOptions = {}) {
    const sentAt = parts.now();
    const response = await transport.send(build, options);
    const tokens = (await response.json()) as components['schemas']['SessionTokens'];
    return { ...tokens, expiresAt: sentAt + tokens.expires_in * 1000 };
  }

  return {
    tokens: async (path, form) => {
      const build = () => post(path, { body: new URLSearchParams(form) });
      const { access_token, refresh_token, expiresAt } = await request(
        build,
        form.refresh_token === undefined ? {} : refreshOptions,
      );
      // Only a request that asks for a cookie gets a response without it.
      return { accessToken: access_token, refreshToken: refresh_token as string, expiresAt };
    },
    accessToken: async (path, fields) => {
      const body = { body: JSON.stringify(fields), headers: { 'Content-Type': 'application/json' } };
      return ofBrowser(await request(() => post(path, { credentials: 'same-origin', ...body })));
    },
    renewed: async (begun) => {
      const build = () => post('/auth/refresh', { credentials: 'same-origin' });
      const fetch: Parts['fetch'] = (...sent) => begun?.take() ?? parts.fetch(...sent);
      return ofBrowser(await request(build, { ...refreshOptions, fetch }));
    },
    logOut: async (credentials) => {
      await transport.send(() => post('/auth/logout', { credentials: 'same-origin' }), { credentials });
    },
    revoke: async (token) => {
      await transport.send(() => post('/auth/revoke', { body: new URLSearchParams({ token }) }));
    },
  };
}

const ofBrowser = ({
  access_token: accessToken,
  expiresAt,
  user,
}: components['schemas']['SessionTokens'] & { expiresAt: number }): AccessToken => ({ accessToken, expiresAt, user });
