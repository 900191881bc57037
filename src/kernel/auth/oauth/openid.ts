/** Google and other OpenID Connect providers that publish a discovery document (OpenID Connect Discovery 1.0). */
import { createRemoteJWKSet, customFetch, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Clock, Fetch } from '../../core/ports.ts';
import { authorizationRequest } from './authorization-request.ts';
import type { ClientSettings, OAuthProvider } from './provider.ts';
import { type ClientAuthentication, fetchJson, requestTokens, UPSTREAM_DEADLINE_MS, upstreamFailed } from './upstream.ts';

const discoverySchema = z.looseObject({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  userinfo_endpoint: z.url().nullish(),
  token_endpoint_auth_methods_supported: z.array(z.string()).nullish(),
});

const userinfoSchema = z.looseObject({ sub: z.string() });

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

/** The methods that Pharos knows, the best first. */
const AUTHENTICATIONS: readonly ClientAuthentication[] = ['client_secret_basic', 'client_secret_post', 'none'];

/** HTTP Basic is the default of a provider that names no method (OpenID Connect Discovery 1.0 section 3). */
function authenticationOf({ token_endpoint_auth_methods_supported: supported }: Discovery): ClientAuthentication {
  if (!supported) return 'client_secret_basic';
  const authentication = AUTHENTICATIONS.find((known) => supported.includes(known));
  if (!authentication) throw upstreamFailed(new Error(`the token endpoint supports only ${supported.join(', ').slice(0, 200)}`));
  return authentication;
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

  async function verify(idToken: string, nonce: string): Promise<JWTPayload & { sub: string }> {
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
    const { sub } = payload;
    if (typeof sub !== 'string') throw new Error('the sub of the id_token is not a text');
    return { ...payload, sub };
  }

  /**
   * The claims of the id_token, and those of the userinfo endpoint if the id_token does not tell the e-mail or whether it is
   * verified: a provider may return either only there (OpenID Connect Core section 5.4).
   */
  async function completed(subject: string, claims: JWTPayload, accessToken: string): Promise<Record<string, unknown>> {
    const { userinfo_endpoint: endpoint } = await configuration();
    const email = text(claims.email);
    if (!endpoint || (email !== null && claims.email_verified !== undefined)) return claims;
    const headers = { Authorization: `Bearer ${accessToken}`, Accept: 'application/json', 'User-Agent': 'Pharos' };
    const userinfo = await fetchJson(fetch, endpoint, userinfoSchema, { headers });
    // Otherwise another user's claims could be put in the place of this one's (OpenID Connect Core section 5.3.2).
    if (userinfo.sub !== subject) throw upstreamFailed(new Error('the userinfo response is about another subject'));
    const known = { ...userinfo, ...claims };
    // An e-mail and its verification belong together: that of userinfo says nothing about another address.
    const source = email === null || email === userinfo.email ? userinfo : claims;
    return { ...known, email: source.email, email_verified: source.email_verified };
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
      const discovery = await configuration();
      const authentication = authenticationOf(discovery);
      const endpoint = discovery.token_endpoint;
      const { accessToken, idToken = '' } = await requestTokens(fetch, endpoint, client, code, attempt, authentication);
      const idClaims = await verify(idToken, attempt.nonce).catch((cause: unknown) => {
        throw upstreamFailed(cause);
      });
      const subject = idClaims.sub;
      const claims = await completed(subject, idClaims, accessToken);
      const email = text(claims.email);
      return {
        provider: name,
        subject,
        email,
        // Some providers send the string "true".
        emailVerified: email !== null && (claims.email_verified === true || claims.email_verified === 'true'),
        suggestedName: text(claims.preferred_username) ?? text(claims.name),
      };
    },
  };
}
