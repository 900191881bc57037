/**
 * Signatures between the API and the worker, in QStash's form, so that one check serves both ways of delivery: a JWT
 * (HS256) in `Upstash-Signature` whose `sub` is the URL, or the audience with `method` and `path` beside it, and whose `body` is the base64url SHA-256 of the raw body
 * (https://upstash.com/docs/qstash/features/security).
 */
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { createBoundedMap } from '../core/bounded-map.ts';
import { sha256Base64Url } from '../core/digest.ts';
import { AppError } from '../core/errors.ts';
import type { Clock, Ids } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import { toUnixSeconds } from '../core/time.ts';

export const SIGNATURE_HEADER = 'Upstash-Signature';

const ISSUER = 'Upstash';
const TYPE = 'JWT';
/** Of QStash's tokens and of Pharos's own; one that claims to live longer is refused. */
const LIFETIME_S = 5 * 60;
/** Allowed difference between the clocks of two machines. */
const TOLERANCE_S = 10;
/** Bound on the message ids kept. It bounds memory, not safety: leases and stage versions guard the effects. */
const MAX_USED_IDS = 10_000;

/** A receiver by what it is, because one worker may have several addresses. */
export interface SignedTarget {
  readonly audience: 'pharos-worker' | 'pharos-api';
  readonly method: string;
  /** Without a query string. */
  readonly path: string;
}

export interface SigningRequest {
  readonly key: Secret<string>;
  /** The receiver: its URL as the receiver itself knows it, or what it is. */
  readonly url: string | SignedTarget;
  readonly body: string | Uint8Array;
  /** The user whose request this passes on; absent for the sender's own. */
  readonly onBehalfOf?: string | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Signs one delivery, valid for 5 minutes. Each attempt needs its own signature: a repeated one counts as a replay. */
export async function signRequest({ key, url, body, onBehalfOf, clock, ids }: SigningRequest): Promise<string> {
  const now = toUnixSeconds(clock.now());
  const { audience, ...request } = typeof url === 'string' ? { audience: url } : url;
  const caller = onBehalfOf === undefined ? {} : { on_behalf_of: onBehalfOf };
  return new SignJWT({ ...request, body: await sha256Base64Url(body), ...caller })
    .setProtectedHeader({ alg: 'HS256', typ: TYPE })
    .setIssuer(ISSUER)
    .setSubject(audience)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + LIFETIME_S)
    .setJti(ids.next())
    .sign(encode(key.reveal()));
}

export interface SigningKeys {
  readonly current: Secret<string>;
  /** The key of the next rotation; already accepted. */
  readonly next?: Secret<string>;
}

export interface SignedMessage {
  /** The `Upstash-Signature` header, if the request has one. */
  readonly signature: string | null | undefined;
  /** The bytes of the body as they arrived: the signature covers them. */
  readonly body: Uint8Array;
  /** The configured public URL of the endpoint; the request's own Host is not trusted. */
  readonly url: string;
  /** What the endpoint is, where messages may name that instead of its URL. */
  readonly target?: SignedTarget | undefined;
}

export interface VerifiedMessage {
  /** The user whose request the sender passes on; undefined for the sender's own message. */
  readonly onBehalfOf: string | undefined;
}

/** Rejects with `unauthenticated`. */
export type VerifySignature = (message: SignedMessage) => Promise<VerifiedMessage>;

/**
 * Returns `verify(message)`, which rejects with `unauthenticated` for a signature that is missing, made with another
 * key, for another URL or body, of another type, not yet valid, expired, valid for longer than five minutes, or already
 * used. Used ids are kept in this process only: a replay to another instance within the five minutes is stopped by the
 * job's lease or the stage's version. Decision 0018 says why QStash's own receiver is not used.
 */
export function createSignatureVerifier({ keys, clock }: { keys: SigningKeys; clock: Clock }): VerifySignature {
  const accepted = [encode(keys.current.reveal()), ...(keys.next ? [encode(keys.next.reveal())] : [])] as const;
  const usedIds = createBoundedMap<string, true>({ capacity: MAX_USED_IDS, evict: 'oldest', now: () => clock.now() / 1000 });

  return async function verify({ signature, body, url, target }) {
    if (!signature) throw refused(new Error('the signature header is missing'));
    const { jti, exp, onBehalfOf } = await verifiedClaims(signature, body, { url, target }).catch((error: unknown) => {
      throw refused(error);
    });
    if (usedIds.get(jti)) throw refused(new Error('the signature was used before'));
    usedIds.set(jti, true, exp + TOLERANCE_S);
    return { onBehalfOf };
  };

  async function verifiedClaims(signature: string, body: Uint8Array, receiver: Pick<SignedMessage, 'url' | 'target'>) {
    const payload = await payloadOf(signature, accepted);
    const { body: digest, jti, exp = Number.POSITIVE_INFINITY, on_behalf_of: onBehalfOf } = payload;
    if (!isFor(payload, receiver)) throw new Error('the signature is for another receiver');
    if (jti === undefined) throw new Error('the token has no id');
    if (exp > clock.now() / 1000 + LIFETIME_S + TOLERANCE_S) throw new Error('the signature is valid for too long');
    if (!isDigest(digest, await sha256Base64Url(body))) throw new Error('the signature is of another body');
    return { jti, exp, onBehalfOf: onBehalfOf === undefined ? undefined : String(onBehalfOf) };
  }

  /** The payload by the first key whose signature matches. Rejects with the error of the last key tried. */
  async function payloadOf(signature: string, [key, ...others]: readonly [Uint8Array, ...Uint8Array[]]): Promise<JWTPayload> {
    try {
      const options = { algorithms: ['HS256'], issuer: ISSUER, clockTolerance: TOLERANCE_S, requiredClaims: ['exp'] };
      const { payload, protectedHeader } = await jwtVerify(signature, key, { ...options, currentDate: new Date(clock.now()) });
      if (protectedHeader.typ !== TYPE) throw new Error('the token is not of the type JWT');
      return payload;
    } catch (error) {
      const [next, ...rest] = others;
      if (next === undefined || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      return await payloadOf(signature, [next, ...rest]);
    }
  }
}

const isFor = (claims: JWTPayload, { url, target }: Pick<SignedMessage, 'url' | 'target'>) =>
  claims.sub === url ||
  (target !== undefined && claims.sub === target.audience && claims.method === target.method && claims.path === target.path);

/** QStash pads the digest to four characters (RFC 4648 section 5), Pharos does not; every other spelling is refused. */
const isDigest = (claim: unknown, digest: string) => claim === digest || claim === `${digest}=`;

const refused = (cause: unknown) => new AppError('unauthenticated', 'The signature of this request is not valid', { cause });

const encode = (text: string) => new TextEncoder().encode(text);
