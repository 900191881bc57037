/**
 * Authorization requests and their secrets (RFC 6749 section 4.1.1, RFC 7636). The only file that imports arctic, which is
 * no longer developed. Its token requests accept neither a fetch function nor a deadline, so upstream.ts has its own
 * (docs/decisions/0004).
 */
import { CodeChallengeMethod, generateCodeVerifier, generateState, OAuth2Client } from 'arctic';
import type { ClientSettings, OAuthAttempt } from './provider.ts';

export const newAttempt = (): OAuthAttempt => ({
  state: generateState(),
  codeVerifier: generateCodeVerifier(),
  nonce: generateState(),
});

/** The URL that the browser is sent to. `withNonce` is for OpenID Connect, which returns the nonce in the id_token. */
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
