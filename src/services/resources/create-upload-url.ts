/** An address at the worker that takes one file, larger than the memory of Workers allows. */
import { z } from 'zod';
import { toIso } from '../../kernel/core/time.ts';
import { PRESIGNED_UPLOAD_SECONDS } from '../../kernel/worker-client/presigned-uploads.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { besideDocument, contentTypeField } from './resource-fields.ts';

const newUploadSchema = z
  .strictObject({
    filename: z.string().min(1).max(255).optional().meta({ example: 'glaciers.md' }),
    content_type: contentTypeField
      .optional()
      .meta({ description: "The media type of the document. Default: the upload's Content-Type, or what name and bytes tell." }),
    ...besideDocument,
  })
  .meta({ id: 'NewUpload' });

const uploadUrlSchema = z
  .object({
    upload_url: z
      .url()
      .meta({ description: 'Takes a PUT of the bytes of the file. The address holds the credentials: keep it secret.' }),
    method: z.literal('PUT'),
    expires_at: z.iso.datetime().meta({ example: '2026-01-01T12:15:00.000Z' }),
  })
  .meta({ id: 'UploadUrl' });

export const createUploadUrl = operation({
  name: 'resources.uploadUrl',
  scope: 'resources:write',
  summary: 'Create an upload address',
  description:
    `For ${PRESIGNED_UPLOAD_SECONDS / 60} minutes it takes a PUT with the bytes of one file of up to 50 MB and responds as ` +
    'POST /resources/upload does. The same file sent again gets the same response; another file is refused.',
  destructive: false,
  input: newUploadSchema,
  output: uploadUrlSchema,
  run: async ({ presignedUploads, actor }: Pick<AppContext, 'presignedUploads'> & Caller, fields) => {
    const { url, expiresAt } = await presignedUploads.issue(actor, fields);
    return { upload_url: url, method: 'PUT' as const, expires_at: toIso(expiresAt) };
  },
});
