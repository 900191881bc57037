/**
 * Authorization requests and their secrets (RFC 6749 section 4.1.1, RFC 7636). The only import of arctic: it is no longer
 * developed, and its token requests take neither our fetch nor a deadline, so those are ours (docs/decisions/0004).
 */
import { CodeChallengeMethod, generateCodeVerifier, generateState, OAuth2Client } from 'arctic';
import type { ClientSettings, OAuthAttempt } from './provider.ts';

export const newAttempt = (): OAuthAttempt => ({
  state: generateState(),
  codeVerifier: generateCodeVerifier(),
  nonce: generateState(),
});

/** `nonce` is sent to OpenID providers only. */
export function authorizationRequest(
  endpoint: string,
  { clientId, redirectUri }: ClientSettings,
  attempt: OAuthAttempt,
  { scopes, withNonce }: { readonly scopes: readonly string[]; readonly withNonce: boolean },
): URL {
  const client = new OAuth2Client(clientId, null, redirectUri);
  const url = client.createAuthorizationURLWithPKCE(endpoint, attempt.state, CodeChallengeMethod.S256, attempt.codeVerifier, [
    ...scopes,
  ]);
  if (withNonce) url.searchParams.set('nonce', attempt.nonce);
  return url;
}
