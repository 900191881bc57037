/**
 * Presigned upload URLs. The API issues a JWT in the URL of one upload, and the worker, which has the same keys, verifies
 * it. The JWT carries the document's fields, so that nothing is stored before the bytes arrive.
 */
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { AppError } from '../core/errors.ts';
import type { Clock, Ids } from '../core/ports.ts';
import { toUnixSeconds } from '../core/time.ts';
import type { Actor } from '../model/actor.ts';

export const PRESIGNED_UPLOAD_SECONDS = 15 * 60;

/** The keys also sign other messages; an explicit type and audience keep the kinds apart (RFC 8725 section 3.11). */
const TYPE = 'pharos-upload+jwt';
/** A length that proxies and browsers accept; Node rejects headers of 16 KB. */
const MAX_URL_LENGTH = 8_000;

/** The document's validated fields, under their names in JSON. */
const fieldsSchema = z.object({
  filename: z.string().optional(),
  content_type: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  tags: z.array(z.string()).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  callback_url: z.string().optional(),
});

export type UploadFields = Readonly<z.infer<typeof fieldsSchema>>;

const claimsSchema = z.object({
  sub: z.string(),
  jti: z.string(),
  iat: z.int(),
  sid: z.string().optional(),
  token_id: z.string().optional(),
  key_id: z.string().optional(),
  fields: fieldsSchema,
});

/** The claims of a verified upload URL. */
export interface UploadGrant {
  readonly id: string;
  readonly userId: string;
  /** The session and access token that requested the URL, or the personal API key; null for the others. */
  readonly sessionId: string | null;
  readonly tokenId: string | null;
  readonly keyId: string | null;
  /** Unix ms. */
  readonly issuedAt: number;
  readonly fields: UploadFields;
}

export interface PresignedUploads {
  /** Throws `invalid_input` naming the longest field where the URL would become too long. `expiresAt`: Unix ms. */
  issue(actor: Actor, fields: UploadFields): Promise<{ url: string; expiresAt: number }>;
  /** Throws `unauthenticated` unless `ticket` is live and for this worker; the cause holds the reason. */
  verify(ticket: string): Promise<UploadGrant>;
}

export interface PresignedUploadDependencies {
  readonly config: Pick<Config, 'publicUrl'> & { readonly worker: Pick<Config['worker'], 'url' | 'signingKeys'> };
  readonly clock: Clock;
  readonly ids: Ids;
}

export function createPresignedUploads({ config, clock, ids }: PresignedUploadDependencies): PresignedUploads {
  const address = `${config.worker.url}/uploads`;
  const issuer = config.publicUrl;
  const { current, next } = config.worker.signingKeys;
  const keys = [current, ...(next ? [next] : [])].map((key) => new TextEncoder().encode(key.reveal()));
  const [signingKey] = keys as [Uint8Array];

  async function issue({ userId, sessionId, tokenId, keyId }: Actor, fields: UploadFields) {
    const iat = toUnixSeconds(clock.now());
    const exp = iat + PRESIGNED_UPLOAD_SECONDS;
    const login = {
      ...(sessionId === null ? {} : { sid: sessionId }),
      ...(tokenId === null ? {} : { token_id: tokenId }),
      ...(keyId === null ? {} : { key_id: keyId }),
    };
    const ticket = await new SignJWT({ ...login, fields })
      .setProtectedHeader({ alg: 'HS256', typ: TYPE })
      .setIssuer(issuer)
      .setAudience(address)
      .setSubject(userId)
      .setIssuedAt(iat)
      .setExpirationTime(exp)
      .setJti(ids.next())
      .sign(signingKey);
    const url = `${address}?ticket=${ticket}`;
    if (url.length > MAX_URL_LENGTH) throw tooLong(fields);
    return { url, expiresAt: exp * 1000 };
  }

  async function verify(ticket: string): Promise<UploadGrant> {
    try {
      if (ticket.length > MAX_URL_LENGTH) throw new Error('the ticket is too long');
      const { sub, jti, iat, sid, token_id, key_id, fields } = claimsSchema.parse(await payloadOf(ticket, keys));
      const credentials = { sessionId: sid ?? null, tokenId: token_id ?? null, keyId: key_id ?? null };
      return { id: jti, userId: sub, ...credentials, issuedAt: iat * 1000, fields };
    } catch (cause) {
      throw invalidUploadUrl(cause);
    }
  }

  /** The payload by the first key whose signature matches. Rejects with the error of the last key tried. */
  async function payloadOf(ticket: string, [key, ...others]: readonly Uint8Array[]): Promise<unknown> {
    if (!key) throw new Error('no signing key');
    try {
      const options = { algorithms: ['HS256'], typ: TYPE, issuer, audience: address, requiredClaims: ['exp'] };
      return (await jwtVerify(ticket, key, { ...options, currentDate: new Date(clock.now()) })).payload;
    } catch (error) {
      if (others.length === 0 || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      return await payloadOf(ticket, others);
    }
  }

  return { issue, verify };
}

/** One wording for every failure, so that the response reveals no reason; `cause` goes to the log. */
export const invalidUploadUrl = (cause: unknown) =>
  new AppError('unauthenticated', 'This upload URL is invalid or has expired; request a new one', { cause });

function tooLong(fields: UploadFields): AppError {
  const lengthOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;
  const [longest = 'metadata'] = Object.entries(fields)
    .toSorted(([, a], [, b]) => lengthOf(b) - lengthOf(a))
    .map(([name]) => name);
  const message = 'makes the upload URL too long; shorten it or set it afterwards with PATCH /resources/{id}';
  return new AppError('invalid_input', `${longest}: ${message}`, { errors: [{ path: longest, message }] });
}
