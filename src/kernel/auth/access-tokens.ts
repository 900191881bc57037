/** Access tokens: JWTs after RFC 9068 (`typ: at+jwt`), the algorithm pinned (RFC 8725), verified ones remembered. */
import { base64url, type JWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { AppError } from '../core/errors.ts';
import type { Clock, Ids } from '../core/ports.ts';
import { TIERS, type User } from '../db/types.ts';
import { SCOPES, type Scope } from '../model/actor.ts';
import { createSigningKeys } from './signing-keys.ts';
import { createVerifiedCache } from './verified-cache.ts';

const claimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  user_id: z.string(),
  username: z.string(),
  tier: z.enum(TIERS),
  scopes: z.array(z.enum(SCOPES)),
  sid: z.string(),
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
}

export interface AccessTokens {
  /** `expiresIn` in seconds. */
  issue(grant: AccessGrant): Promise<{ token: string; expiresIn: number; claims: AccessClaims }>;
  /** Throws `unauthenticated` for anything but a live token of ours; why is in its cause. */
  verify(token: string): Promise<AccessClaims>;
  /** What others verify our tokens with; none where a secret signs. Rejects where JWT_PRIVATE_KEY cannot be used. */
  publicKeys(): Promise<JWK[]>;
}

/** Longer than any token we issue, shorter than what would be costly to look at. */
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
  const signingKeys = createSigningKeys(config.auth);
  const cache = createVerifiedCache<AccessClaims>({ capacity: 10_000 });
  const seconds = () => Math.floor(clock.now() / 1000);

  async function issue({ user, scopes, sessionId }: AccessGrant) {
    const iat = seconds();
    const claims: AccessClaims = {
      iss: issuer,
      aud: audience,
      sub: user.id,
      user_id: user.id,
      username: user.username,
      tier: user.tier,
      scopes: [...scopes],
      sid: sessionId,
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

  async function verifyFresh(token: string): Promise<AccessClaims> {
    if (token.length > MAX_TOKEN_LENGTH) throw new Error('the token is too long');
    // A signature's last character has unused bits: without this, several texts would be one token.
    const parts = token.split('.');
    if (parts.length !== 3 || parts.some((part) => base64url.encode(base64url.decode(part)) !== part)) {
      throw new Error('the token is not in canonical base64url');
    }
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        const key = await signingKeys.verifier(kid);
        if (!key) throw new Error('the token names a key we do not have');
        return key;
      },
      {
        algorithms: [signingKeys.algorithm],
        typ: 'at+jwt',
        issuer,
        audience,
        currentDate: new Date(clock.now()),
        requiredClaims: ['exp', 'iat', 'jti', 'sid'],
      },
    );
    return claimsSchema.parse(payload);
  }

  async function verify(token: string): Promise<AccessClaims> {
    const known = cache.get(token, seconds());
    if (known) return known;
    try {
      const claims = await verifyFresh(token);
      cache.set(token, claims);
      return claims;
    } catch (cause) {
      throw new AppError('unauthenticated', 'Could not validate credentials', { cause });
    }
  }

  return { issue, verify, publicKeys: signingKeys.publicKeys };
}
