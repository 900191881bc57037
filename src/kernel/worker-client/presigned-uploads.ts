/**
 * Presigned upload URLs. The JWT in the URL of one upload carries the document's fields, so that nothing is stored before the
 * bytes arrive.
 */
import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import type { Actor } from '../model/actor.ts';
import { createPresigner, MAX_URL_LENGTH, type PresignerDependencies, type SignedLogin } from './presigner.ts';

export const PRESIGNED_UPLOAD_SECONDS = 15 * 60;

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

/** The claims of a verified upload URL. */
export interface UploadGrant extends SignedLogin {
  readonly fields: UploadFields;
}

export interface PresignedUploads {
  /** Throws `invalid_input` naming the longest field where the URL would become too long. `expiresAt`: Unix ms. */
  issue(actor: Actor, fields: UploadFields): Promise<{ url: string; expiresAt: number }>;
  /** Throws `unauthenticated` unless `ticket` is live and for this worker; the cause holds the reason. */
  verify(ticket: string): Promise<UploadGrant>;
  /** The error of a ticket whose user or login has ended; `cause` goes to the log. */
  refuse(cause: unknown): AppError;
}

export function createPresignedUploads(dependencies: PresignerDependencies): PresignedUploads {
  const { issue, verify, refuse } = createPresigner(dependencies, {
    path: '/uploads',
    type: 'pharos-upload+jwt',
    seconds: PRESIGNED_UPLOAD_SECONDS,
    claims: z.object({ fields: fieldsSchema }),
    invalid: 'This upload URL is invalid or has expired; request a new one',
  });
  return {
    issue: async (actor, fields) => {
      const issued = await issue(actor, { fields });
      if (issued.url.length > MAX_URL_LENGTH) throw tooLong(fields);
      return issued;
    },
    verify: async (ticket) => {
      const { claims, ...login } = await verify(ticket);
      return { ...login, fields: claims.fields };
    },
    refuse,
  };
}

function tooLong(fields: UploadFields): AppError {
  const lengthOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;
  const [longest = 'metadata'] = Object.entries(fields)
    .toSorted(([, a], [, b]) => lengthOf(b) - lengthOf(a))
    .map(([name]) => name);
  const message = 'makes the upload URL too long; shorten it or set it afterwards with PATCH /resources/{id}';
  return new AppError('invalid_input', `${longest}: ${message}`, { errors: [{ path: longest, message }] });
}
