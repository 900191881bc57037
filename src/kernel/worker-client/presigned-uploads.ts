/**
 * Upload tickets: a JWT in the URL of one upload, made by the API for whoever asked and checked by the worker, which knows
 * the same keys. It carries what the document is to be, so that nothing has to be stored before its bytes are there.
 */
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { AppError } from '../core/errors.ts';
import type { Clock, Ids } from '../core/ports.ts';
import type { Actor } from '../model/actor.ts';

export const PRESIGNED_UPLOAD_SECONDS = 15 * 60;

/** The keys sign other messages, too: a type and an audience of its own keep a ticket from being taken for one (RFC 8725). */
const TYPE = 'pharos-upload+jwt';
/** What proxies and browsers still take; Node refuses header lines of 16 KB. */
const MAX_URL_LENGTH = 8_000;

/** What its sender says of the document, as it was checked, under the names it has in JSON. */
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
  fields: fieldsSchema,
});

/** Who asked for the upload, when, and what it is to be. */
export interface UploadGrant {
  readonly id: string;
  readonly userId: string;
  /** The session and token it was asked for with; null for keys. */
  readonly sessionId: string | null;
  readonly tokenId: string | null;
  /** Unix ms. */
  readonly issuedAt: number;
  readonly fields: UploadFields;
}

export interface PresignedUploads {
  /** Throws `invalid_input` naming the longest field where the URL would become too long. `expiresAt`: Unix ms. */
  issue(actor: Actor, fields: UploadFields): Promise<{ url: string; expiresAt: number }>;
  /** Throws `unauthenticated` for anything but a live ticket for this worker; why is in its cause. */
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

  async function issue({ userId, sessionId, tokenId }: Actor, fields: UploadFields) {
    const iat = Math.floor(clock.now() / 1000);
    const exp = iat + PRESIGNED_UPLOAD_SECONDS;
    const login = { ...(sessionId === null ? {} : { sid: sessionId }), ...(tokenId === null ? {} : { token_id: tokenId }) };
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
      const { sub, jti, iat, sid, token_id, fields } = claimsSchema.parse(await payloadOf(ticket, keys));
      return { id: jti, userId: sub, sessionId: sid ?? null, tokenId: token_id ?? null, issuedAt: iat * 1000, fields };
    } catch (cause) {
      throw invalidUploadUrl(cause);
    }
  }

  /** As the first of `candidates` that fits verifies it; for a faulty ticket the last says what is wrong. */
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

/** The same words whatever is wrong: `cause` is for the log. */
export const invalidUploadUrl = (cause: unknown) =>
  new AppError('unauthenticated', 'This upload URL is not valid, or not any more', { cause });

function tooLong(fields: UploadFields): AppError {
  const lengthOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;
  const [longest = 'metadata'] = Object.entries(fields)
    .toSorted(([, a], [, b]) => lengthOf(b) - lengthOf(a))
    .map(([name]) => name);
  const message = 'makes the upload URL too long; shorten it, or set it afterwards with PATCH /resources/{id}';
  return new AppError('invalid_input', `${longest}: ${message}`, { errors: [{ path: longest, message }] });
}
