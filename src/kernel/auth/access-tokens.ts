/** Access tokens: JWTs after RFC 9068 (`typ: at+jwt`) with a pinned algorithm (RFC 8725). Verified tokens are cached. */
import { base64url, type JWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { createBoundedMap } from '../core/bounded-map.ts';
import { AppError } from '../core/errors.ts';
import type { Clock, Ids } from '../core/ports.ts';
import { toUnixSeconds } from '../core/time.ts';
import type { User } from '../db/types.ts';
import { SCOPES, type Scope } from '../model/actor.ts';
import { mcpResource } from '../model/protected-resources.ts';
import type { TokenAudience } from '../model/sessions.ts';
import { TIERS } from '../model/tiers.ts';
import { createSigningKeys } from './signing-keys.ts';

const claimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  user_id: z.string(),
  username: z.string(),
  tier: z.enum(TIERS),
  scopes: z.array(z.enum(SCOPES)),
  sid: z.string(),
  client_id: z.string().optional(),
  jti: z.string(),
  iat: z.int(),
  exp: z.int(),
  type: z.literal('access'),
});

export type AccessClaims = Readonly<z.infer<typeof claimsSchema>>;

export interface AccessGrant {
  readonly user: Pick<User, 'id' | 'username' | 'tier'>;
  readonly scopes: readonly Scope[];
  readonly sessionId: string;
  /** The connected app of a grant. */
  readonly clientId?: string | null;
  readonly audience?: TokenAudience;
}

export interface AccessTokens {
  /** `expiresIn` in seconds. */
  issue(grant: AccessGrant): Promise<{ token: string; expiresIn: number; claims: AccessClaims }>;
  /**
   * Throws `unauthenticated` unless this service issued the token, for where it is used, and it has not expired; the cause holds
   * the reason. `at`: by default the API, which refuses tokens for `/mcp`.
   */
  verify(token: string, at?: TokenAudience): Promise<AccessClaims>;
  /** The public keys that verify the tokens (RFC 7517); empty with HS256. Rejects if JWT_PRIVATE_KEY is unusable. */
  publicKeys(): Promise<JWK[]>;
}

/** Longer than any token issued here, and short enough to parse cheaply. */
const MAX_TOKEN_LENGTH = 4096;

export function createAccessTokens({
  config,
  clock,
  ids,
}: {
  config: Pick<Config, 'auth'>;
  clock: Clock;
  ids: Ids;
}): AccessTokens {
  const { issuer, audience, accessTokenSeconds } = config.auth;
  const audiences = { api: audience, mcp: mcpResource(audience) };
  const signingKeys = createSigningKeys(config.auth);
  const now = () => toUnixSeconds(clock.now());
  // `jwtVerify` is a hop to a thread pool and costs more than the rest of a request. The whole token is the key, so that
  // only a verified token is found; revocation is checked separately for every request.
  const verified = createBoundedMap<string, AccessClaims>({ capacity: 10_000, evict: 'oldest', now });

  async function issue({ user, scopes, sessionId, clientId, audience: audienceName = 'api' }: AccessGrant) {
    const iat = now();
    const claims: AccessClaims = {
      iss: issuer,
      aud: audiences[audienceName],
      sub: user.id,
      user_id: user.id,
      username: user.username,
      tier: user.tier,
      scopes: [...scopes],
      sid: sessionId,
      ...(clientId ? { client_id: clientId } : {}),
      jti: ids.next(),
      iat,
      exp: iat + accessTokenSeconds,
      type: 'access',
    };
    const { kid, key } = await signingKeys.current();
    const token = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: signingKeys.algorithm, typ: 'at+jwt', kid })
      .sign(key);
    return { token, expiresIn: accessTokenSeconds, claims };
  }

  async function verifyUncached(token: string): Promise<AccessClaims> {
    if (token.length > MAX_TOKEN_LENGTH) throw new Error('the token is too long');
    // The last character of a part has unused bits, so without this check several texts would be the same token.
    const parts = token.split('.');
    if (parts.length !== 3 || parts.some((part) => base64url.encode(base64url.decode(part)) !== part)) {
      throw new Error('the token is not in canonical base64url');
    }
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        const key = await signingKeys.verifier(kid);
        if (!key) throw new Error('the token names an unknown key');
        return key;
      },
      {
        algorithms: [signingKeys.algorithm],
        typ: 'at+jwt',
        issuer,
        audience: Object.values(audiences),
        currentDate: new Date(clock.now()),
        requiredClaims: ['exp', 'iat', 'jti', 'sid'],
      },
    );
    return claimsSchema.parse(payload);
  }

  async function verify(token: string, at: TokenAudience = 'api'): Promise<AccessClaims> {
    try {
      let claims = verified.get(token);
      if (!claims) {
        claims = await verifyUncached(token);
        verified.set(token, claims, claims.exp);
      }
      if (at === 'api' && claims.aud !== audience) throw new Error('the token is for another resource');
      return claims;
    } catch (cause) {
      throw new AppError('unauthenticated', 'Could not validate credentials', { cause });
    }
  }

  return { issue, verify, publicKeys: signingKeys.publicKeys };
}
