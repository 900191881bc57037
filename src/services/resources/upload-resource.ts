import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { type Caller, operation } from '../operation.ts';
import { type CreateResourceContext, createResource } from './create-resource.ts';
import { besideDocument, contentTypeField } from './resource-fields.ts';
import { createdSchema, idempotencyKeyField } from './submit-resource.ts';
import { cleanName, contentTypeOf, MAX_UPLOAD_BYTES } from './uploaded-file.ts';

/** A document by the bytes of a file. */
export const uploadResource = operation({
  name: 'resources.upload',
  scope: 'resources:write',
  summary: 'Upload a file',
  destructive: false,
  input: z.strictObject({
    bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'must be bytes'),
    filename: z.string().max(10_000),
    declared_type: z.string().max(10_000).meta({ description: 'As its sender declared it; empty: unknown' }),
    content_type: contentTypeField.optional(),
    ...besideDocument,
    idempotency_key: idempotencyKeyField.optional(),
  }),
  output: createdSchema,
  errors: ['unsupported_media_type', 'payload_too_large', 'backlog_full'],
  run: async (
    { actor, ...context }: CreateResourceContext & Caller,
    { bytes, filename, declared_type: declared, content_type: named, idempotency_key: idempotencyKey, ...document },
  ) => {
    if (bytes.byteLength > MAX_UPLOAD_BYTES) throw new AppError('payload_too_large', 'The file is larger than 50 MB');
    const contentType = contentTypeOf({ field: 'file', bytes, declared: named ?? declared, filename });
    const { callback_url: callbackUrl, ...described } = document;
    const source = { kind: 'content' as const, body: bytes, contentType, filename: cleanName(filename) };
    return createResource(context, actor, { ...described, callbackUrl, idempotencyKey, source });
  },
});
