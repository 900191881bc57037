/** Google and other OpenID Connect providers that publish a discovery document (OpenID Connect Discovery 1.0). */
import { createRemoteJWKSet, customFetch, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Clock, Fetch } from '../../core/ports.ts';
import { authorizationRequest } from './authorization-request.ts';
import type { ClientSettings, OAuthProvider } from './provider.ts';
import { fetchJson, requestTokens, UPSTREAM_DEADLINE_MS, upstreamFailed } from './upstream.ts';

const discoverySchema = z.looseObject({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
});

type Discovery = z.infer<typeof discoverySchema>;

const SIGNATURES = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'];
const CLOCK_TOLERANCE_SECONDS = 30;

export interface OpenIdOptions {
  readonly name: 'google' | 'oidc';
  readonly issuer: string;
  readonly client: ClientSettings;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);

export function createOpenIdProvider({ name, issuer, client, fetch, clock }: OpenIdOptions): OAuthProvider {
  /** The result and not its promise, which on Workers would end with the request that created it. */
  let discovered: (Discovery & { keys: ReturnType<typeof createRemoteJWKSet> }) | undefined;

  async function discover() {
    const found = await fetchJson(fetch, `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, discoverySchema);
    if (found.issuer.replace(/\/$/, '') !== issuer.replace(/\/$/, '')) {
      throw upstreamFailed(new Error(`the discovery document names the issuer ${found.issuer}`));
    }
    // No cooldown, so that a key rotated a moment ago is found. Only tokens fetched from the provider cause a request.
    const keys = createRemoteJWKSet(new URL(found.jwks_uri), {
      [customFetch]: fetch,
      timeoutDuration: UPSTREAM_DEADLINE_MS,
      cooldownDuration: 0,
    });
    return { ...found, keys };
  }

  /** Caches a success only; a failed discovery is tried again by the next login. */
  async function configuration() {
    discovered ??= await discover();
    return discovered;
  }

  async function verify(idToken: string, nonce: string): Promise<JWTPayload> {
    const { keys, issuer: iss } = await configuration();
    const { payload } = await jwtVerify(idToken, keys, {
      issuer: iss,
      audience: client.clientId,
      algorithms: SIGNATURES,
      currentDate: new Date(clock.now()),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['sub', 'exp', 'iat'],
    });
    if (payload.nonce !== nonce) throw new Error('the nonce of the id_token is from another login');
    return payload;
  }

  return {
    name,
    authorizationUrl: async (attempt) => {
      const { authorization_endpoint } = await configuration();
      return authorizationRequest(authorization_endpoint, client, attempt, {
        scopes: ['openid', 'email', 'profile'],
        withNonce: true,
      });
    },
    identify: async (code, attempt) => {
      const { token_endpoint } = await configuration();
      const { idToken = '' } = await requestTokens(fetch, token_endpoint, client, code, attempt);
      const claims = await verify(idToken, attempt.nonce).catch((cause: unknown) => {
        throw upstreamFailed(cause);
      });
      const email = text(claims.email);
      return {
        provider: name,
        subject: claims.sub as string,
        email,
        // Some providers send the string "true".
        emailVerified: email !== null && (claims.email_verified === true || claims.email_verified === 'true'),
        suggestedName: text(claims.preferred_username) ?? text(claims.name),
      };
    },
  };
}
