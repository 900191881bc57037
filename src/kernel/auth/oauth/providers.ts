/** Creates the configured login providers. */
import type { Config, OAuthClient } from '../../config/config.ts';
import type { Clock, Fetch } from '../../core/ports.ts';
import { createGitHubProvider, type GitHubEndpoints } from './github.ts';
import { createOpenIdProvider } from './openid.ts';
import type { ClientSettings, OAuthProvider, OAuthProviderName } from './provider.ts';

const GOOGLE_ISSUER = 'https://accounts.google.com';

export interface ProviderAddresses {
  readonly googleIssuer?: string;
  readonly github?: GitHubEndpoints;
}

const settings = ({ clientId, clientSecret, redirectUri }: OAuthClient): ClientSettings => ({
  clientId,
  clientSecret: clientSecret.reveal(),
  redirectUri,
});

/** The second argument replaces the providers' public addresses, for tests and for GitHub Enterprise. */
export function createOAuthProviders(
  { config, fetch, clock }: { config: Pick<Config, 'oauth'>; fetch: Fetch; clock: Clock },
  { googleIssuer = GOOGLE_ISSUER, github: endpoints }: ProviderAddresses = {},
): Readonly<Partial<Record<OAuthProviderName, OAuthProvider>>> {
  const { google, github, oidc } = config.oauth;
  return {
    ...(google
      ? { google: createOpenIdProvider({ name: 'google', issuer: googleIssuer, client: settings(google), fetch, clock }) }
      : {}),
    ...(github ? { github: createGitHubProvider({ client: settings(github), fetch, ...(endpoints ? { endpoints } : {}) }) } : {}),
    ...(oidc ? { oidc: createOpenIdProvider({ name: 'oidc', issuer: oidc.issuer, client: settings(oidc), fetch, clock }) } : {}),
  };
}
