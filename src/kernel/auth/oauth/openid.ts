/** Google, and any provider of OpenID Connect Core 1.0 that publishes its configuration (Discovery 1.0). */
import { createRemoteJWKSet, customFetch, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { Clock, Fetch } from '../../core/ports.ts';
import { authorizationRequest } from './authorization-request.ts';
import type { ClientSettings, OAuthProvider } from './provider.ts';
import { fetchJson, requestTokens, UPSTREAM_DEADLINE_MS } from './upstream.ts';

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
  /** What was found, and not a promise of it: on Workers that would end with the request that made it. */
  let discovered: (Discovery & { keys: ReturnType<typeof createRemoteJWKSet> }) | undefined;

  async function discover() {
    const found = await fetchJson(fetch, `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, discoverySchema);
    if (found.issuer.replace(/\/$/, '') !== issuer.replace(/\/$/, '')) {
      throw new AppError('upstream_failed', 'The login provider did not answer as expected', {
        cause: new Error(`it calls itself ${found.issuer}`),
      });
    }
    // Without a cooldown, keys that changed a moment ago are found; only the provider's own tokens make us look.
    const keys = createRemoteJWKSet(new URL(found.jwks_uri), {
      [customFetch]: fetch,
      timeoutDuration: UPSTREAM_DEADLINE_MS,
      cooldownDuration: 0,
    });
    return { ...found, keys };
  }

  /** A failure is not remembered. */
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
    if (payload.nonce !== nonce) throw new Error('the id_token is for another login');
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
        throw new AppError('upstream_failed', 'The login provider did not answer as expected', { cause });
      });
      const email = text(claims.email);
      return {
        provider: name,
        subject: claims.sub as string,
        email,
        // Some providers send the text "true".
        emailVerified: email !== null && (claims.email_verified === true || claims.email_verified === 'true'),
        suggestedName: text(claims.preferred_username) ?? text(claims.name),
      };
    },
  };
}
