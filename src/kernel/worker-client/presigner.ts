/** Signs addresses at the worker: a JWT in the URL, which the worker verifies by the same keys. */
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { AppError } from '../core/errors.ts';
import type { Clock, Ids } from '../core/ports.ts';
import { toUnixSeconds } from '../core/time.ts';
import type { Actor } from '../model/actor.ts';

/** A length that proxies and browsers accept; Node rejects headers of 16 KB. */
export const MAX_URL_LENGTH = 8_000;

const loginSchema = z.object({
  sub: z.string(),
  jti: z.string(),
  iat: z.int(),
  sid: z.string().optional(),
  token_id: z.string().optional(),
  key_id: z.string().optional(),
});

/** Who asked for an address, and when. */
export interface SignedLogin {
  readonly id: string;
  readonly userId: string;
  /** The session and access token that requested the URL, or the personal API key; null for the others. */
  readonly sessionId: string | null;
  readonly tokenId: string | null;
  readonly keyId: string | null;
  /** Unix ms. */
  readonly issuedAt: number;
}

export interface PresignerDependencies {
  readonly config: Pick<Config, 'publicUrl'> & { readonly worker: Pick<Config['worker'], 'url' | 'signingKeys'> };
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface PresignerOptions<S extends z.ZodType> {
  /** At the worker. */
  readonly path: `/${string}`;
  /** The keys also sign other messages; an explicit type and audience keep the kinds apart (RFC 8725 section 3.11). */
  readonly type: string;
  readonly seconds: number;
  /** What is signed beside the login. */
  readonly claims: S;
  /** The message for every failure, so that the response reveals no reason. */
  readonly invalid: string;
}

export function createPresigner<S extends z.ZodType>(
  { config, clock, ids }: PresignerDependencies,
  { path, type, seconds, claims, invalid }: PresignerOptions<S>,
) {
  const address = `${config.worker.url}${path}`;
  const issuer = config.publicUrl;
  const { current, next } = config.worker.signingKeys;
  const keys = [current, ...(next ? [next] : [])].map((key) => new TextEncoder().encode(key.reveal()));
  const [signingKey] = keys as [Uint8Array];

  async function issue({ userId, sessionId, tokenId, keyId }: Actor, given: z.input<S>) {
    const iat = toUnixSeconds(clock.now());
    const exp = iat + seconds;
    const login = {
      ...(sessionId === null ? {} : { sid: sessionId }),
      ...(tokenId === null ? {} : { token_id: tokenId }),
      ...(keyId === null ? {} : { key_id: keyId }),
    };
    const ticket = await new SignJWT({ ...login, ...(given as object) })
      .setProtectedHeader({ alg: 'HS256', typ: type })
      .setIssuer(issuer)
      .setAudience(address)
      .setSubject(userId)
      .setIssuedAt(iat)
      .setExpirationTime(exp)
      .setJti(ids.next())
      .sign(signingKey);
    return { url: `${address}?ticket=${ticket}`, expiresAt: exp * 1000 };
  }

  /** Throws `unauthenticated` unless `ticket` is live and for this worker; the cause holds the reason. */
  async function verify(ticket: string): Promise<SignedLogin & { readonly claims: z.output<S> }> {
    try {
      if (ticket.length > MAX_URL_LENGTH) throw new Error('the ticket is too long');
      const payload = await payloadOf(ticket, keys);
      const { sub, jti, iat, sid, token_id, key_id } = loginSchema.parse(payload);
      const credentials = { sessionId: sid ?? null, tokenId: token_id ?? null, keyId: key_id ?? null };
      return { id: jti, userId: sub, ...credentials, issuedAt: iat * 1000, claims: claims.parse(payload) };
    } catch (cause) {
      throw refuse(cause);
    }
  }

  /** The payload by the first key whose signature matches. Rejects with the error of the last key tried. */
  async function payloadOf(ticket: string, [key, ...others]: readonly Uint8Array[]): Promise<unknown> {
    if (!key) throw new Error('no signing key');
    try {
      const options = { algorithms: ['HS256'], typ: type, issuer, audience: address, requiredClaims: ['exp'] };
      return (await jwtVerify(ticket, key, { ...options, currentDate: new Date(clock.now()) })).payload;
    } catch (error) {
      if (others.length === 0 || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      return await payloadOf(ticket, others);
    }
  }

  /** `cause` goes to the log. */
  const refuse = (cause: unknown) => new AppError('unauthenticated', invalid, { cause });

  return { issue, verify, refuse };
}
