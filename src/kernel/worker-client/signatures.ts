/**
 * Signatures between the API and the worker, in QStash's form, so that one check serves both ways of delivery: a JWT
 * (HS256) in `Upstash-Signature` whose `sub` is the URL and whose `body` is the base64url SHA-256 of the raw body
 * (https://upstash.com/docs/qstash/features/security).
 */
import { Receiver } from '@upstash/qstash';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { createBoundedMap } from '../core/bounded-map.ts';
import { sha256Base64Url } from '../core/digest.ts';
import { AppError } from '../core/errors.ts';
import type { Clock, Ids } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import { toUnixSeconds } from '../core/time.ts';

export const SIGNATURE_HEADER = 'Upstash-Signature';

const ISSUER = 'Upstash';
const LIFETIME_S = 5 * 60;
/** Allowed difference between the clocks of two machines. */
const TOLERANCE_S = 10;
/** Bound on the message ids kept. It bounds memory, not safety: leases and stage versions guard the effects. */
const MAX_USED_IDS = 10_000;

export interface SigningRequest {
  readonly key: Secret<string>;
  /** The receiver's URL as the receiver itself knows it. */
  readonly url: string;
  readonly body: string;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Signs one delivery, valid for 5 minutes. Each attempt needs its own signature: a repeated one counts as a replay. */
export async function signRequest({ key, url, body, clock, ids }: SigningRequest): Promise<string> {
  const now = toUnixSeconds(clock.now());
  return new SignJWT({ body: await sha256Base64Url(body) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(ISSUER)
    .setSubject(url)
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
  /** The raw body, not parsed and serialised again: the signature covers these bytes. */
  readonly body: string;
  /** The configured public URL of the endpoint; the request's own Host is not trusted. */
  readonly url: string;
}

/**
 * Returns `verify(message)`, which rejects with `unauthenticated` for a signature that is missing, made with another
 * key, for another URL or body, not yet valid, expired, or already used. Used ids are kept in this process only: a replay
 * to another instance within the five minutes is stopped by the job's lease or the stage's version.
 */
export function createSignatureVerifier({ keys, clock }: { keys: SigningKeys; clock: Clock }) {
  const receiver = new Receiver({
    currentSigningKey: keys.current.reveal(),
    nextSigningKey: (keys.next ?? keys.current).reveal(),
    // If left unset, an environment variable could switch the receiver to QStash's published development keys.
    devMode: false,
  });
  const usedIds = createBoundedMap<string, true>({ capacity: MAX_USED_IDS, evict: 'oldest', now: () => clock.now() / 1000 });

  return async function verify({ signature, body, url }: SignedMessage): Promise<void> {
    if (!signature) throw refused(new Error('the signature header is missing'));
    try {
      // The receiver checks key, issuer, URL and body. Time is checked below, because the receiver reads the system clock
      // and accepts a token without an expiry.
      await receiver.verify({ signature, body, url, clockTolerance: Number.MAX_SAFE_INTEGER });
      checkClaims(signature, clock.now() / 1000);
    } catch (error) {
      throw refused(error);
    }
    const { jti, exp } = decodeJwt(signature);
    if (usedIds.get(String(jti))) throw refused(new Error('the signature was used before'));
    usedIds.set(String(jti), true, Number(exp) + TOLERANCE_S);
  };
}

function checkClaims(signature: string, now: number): void {
  if (decodeProtectedHeader(signature).alg !== 'HS256') throw new Error('the signature algorithm is not HS256');
  const { jti, exp, nbf } = decodeJwt(signature);
  if (jti === undefined || exp === undefined) throw new Error('the token has no id or no expiry');
  if (exp <= now - TOLERANCE_S) throw new Error('the signature has expired');
  if (nbf !== undefined && nbf > now + TOLERANCE_S) throw new Error('the signature is not valid yet');
}

const refused = (cause: unknown) => new AppError('unauthenticated', 'The signature of this request is not valid', { cause });

const encode = (text: string) => new TextEncoder().encode(text);
