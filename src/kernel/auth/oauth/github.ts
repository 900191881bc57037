/** GitHub: OAuth 2.0 without OpenID Connect. The user and their e-mail addresses are read from its REST API. */
import { z } from 'zod';
import type { Fetch } from '../../core/ports.ts';
import { authorizationRequest } from './authorization-request.ts';
import type { ClientSettings, OAuthProvider } from './provider.ts';
import { fetchJson, requestTokens } from './upstream.ts';

export interface GitHubEndpoints {
  readonly authorize: string;
  readonly token: string;
  readonly api: string;
}

export const GITHUB: GitHubEndpoints = {
  authorize: 'https://github.com/login/oauth/authorize',
  token: 'https://github.com/login/oauth/access_token',
  api: 'https://api.github.com',
};

const userSchema = z.looseObject({ id: z.int(), login: z.string() });
const emailsSchema = z.array(z.looseObject({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

export interface GitHubOptions {
  readonly client: ClientSettings;
  readonly fetch: Fetch;
  readonly endpoints?: GitHubEndpoints;
}

export function createGitHubProvider({ client, fetch, endpoints = GITHUB }: GitHubOptions): OAuthProvider {
  return {
    name: 'github',
    authorizationUrl: async (attempt) =>
      authorizationRequest(endpoints.authorize, client, attempt, { scopes: ['read:user', 'user:email'], withNonce: false }),
    identify: async (code, attempt) => {
      const { accessToken } = await requestTokens(fetch, endpoints.token, client, code, attempt, 'client_secret_post');
      const headers = {
        Authorization: `Bearer ${accessToken}`,
        Accept: 'application/vnd.github+json',
        // GitHub rejects requests without a User-Agent.
        'User-Agent': 'Pharos',
      };
      const { id, login } = await fetchJson(fetch, `${endpoints.api}/user`, userSchema, { headers });
      const emails = await fetchJson(fetch, `${endpoints.api}/user/emails`, emailsSchema, { headers });
      const primary = emails.find((email) => email.primary && email.verified);
      return {
        provider: 'github',
        subject: String(id),
        email: primary?.email ?? null,
        emailVerified: primary !== undefined,
        suggestedName: login,
      };
    },
  };
}
