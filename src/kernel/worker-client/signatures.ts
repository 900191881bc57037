/**
 * Signatures between the API and the worker, in QStash's form, so that the worker checks one kind whoever delivers: a
 * JWT (HS256) in `Upstash-Signature` whose `sub` is the URL and whose `body` is the base64url SHA-256 of the raw body
 * (https://upstash.com/docs/qstash/features/security).
 */
import { Receiver } from '@upstash/qstash';
import { base64url, decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { AppError } from '../core/errors.ts';
import type { Clock, Ids } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';

export const SIGNATURE_HEADER = 'Upstash-Signature';

const ISSUER = 'Upstash';
const LIFETIME_S = 5 * 60;
/** How far the clocks of two machines may be apart. */
const TOLERANCE_S = 10;
/** Message ids remembered at once: a bound on memory, not on safety, since effects are guarded by leases and versions. */
const REMEMBERED = 10_000;

export interface SigningRequest {
  readonly key: Secret<string>;
  /** Where the request goes, as its receiver knows it. */
  readonly url: string;
  readonly body: string;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** A fresh signature, good for one delivery: sign again for every attempt. */
export async function signRequest({ key, url, body, clock, ids }: SigningRequest): Promise<string> {
  const now = Math.floor(clock.now() / 1000);
  const digest = await crypto.subtle.digest('SHA-256', encode(body));
  return new SignJWT({ body: base64url.encode(new Uint8Array(digest)) })
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
  /** The key that follows at the next rotation: accepted already. */
  readonly next?: Secret<string>;
}

export interface SignedMessage {
  /** The header as it came; absent where there was none. */
  readonly signature: string | null | undefined;
  /** The raw body. Never parsed and written again: the signature is over these bytes. */
  readonly body: string;
  /** The configured public URL of the endpoint, not what the request says. */
  readonly url: string;
}

/**
 * Returns `verify(message)`, which rejects with `unauthenticated` for a signature that is missing, made with another
 * key, for another URL or body, not yet or no longer valid, or seen before. Ids of seen messages are kept in this
 * process: a replay against another instance, within its five minutes, meets the lease of the job or the version of the
 * stage instead.
 */
export function createSignatureVerifier({ keys, clock }: { keys: SigningKeys; clock: Clock }) {
  const receiver = new Receiver({
    currentSigningKey: keys.current.reveal(),
    nextSigningKey: (keys.next ?? keys.current).reveal(),
    // Unset, an environment variable could switch it to QStash's published development keys.
    devMode: false,
  });
  const isReplay = createReplayGuard(clock);

  return async function verify({ signature, body, url }: SignedMessage): Promise<void> {
    if (!signature) throw refused(new Error('no signature'));
    try {
      // The receiver checks key, issuer, URL and body. Time is checked below: it reads the system's clock, and lets
      // pass what carries no expiry at all.
      await receiver.verify({ signature, body, url, clockTolerance: Number.MAX_SAFE_INTEGER });
      checkClaims(signature, clock.now() / 1000);
    } catch (error) {
      throw refused(error);
    }
    const { jti, exp } = decodeJwt(signature);
    if (isReplay(String(jti), Number(exp))) throw refused(new Error('replayed'));
  };
}

function checkClaims(signature: string, now: number): void {
  if (decodeProtectedHeader(signature).alg !== 'HS256') throw new Error('not signed with HS256');
  const { jti, exp, nbf } = decodeJwt(signature);
  if (jti === undefined || exp === undefined) throw new Error('without id or expiry');
  if (exp <= now - TOLERANCE_S) throw new Error('expired');
  if (nbf !== undefined && nbf > now + TOLERANCE_S) throw new Error('not valid yet');
}

/** Remembers message ids until they have expired, the oldest making room when there are too many. */
function createReplayGuard(clock: Clock) {
  const seen = new Map<string, number>();
  return function isReplay(jti: string, exp: number): boolean {
    if (seen.has(jti)) return true;
    const now = clock.now() / 1000;
    for (const [id, until] of seen) {
      if (until > now && seen.size < REMEMBERED) break;
      seen.delete(id);
    }
    seen.set(jti, exp + TOLERANCE_S);
    return false;
  };
}

const refused = (cause: unknown) => new AppError('unauthenticated', 'The signature of this request is not valid', { cause });

const encode = (text: string) => new TextEncoder().encode(text);
