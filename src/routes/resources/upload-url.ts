/** POST /resources/upload-url: an address at the worker that takes one file, larger than the memory of Workers allows. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { toIso } from '../../kernel/core/time.ts';
import { PRESIGNED_UPLOAD_SECONDS } from '../../kernel/worker-client/presigned-uploads.ts';
import type { AppContext } from '../../services/context.ts';
import { besideDocument, contentTypeField } from '../../services/resources/resource-fields.ts';
import { SUPPORTED } from '../../services/resources/uploaded-file.ts';
import type { AppEnv } from '../env.ts';
import { requireContentType } from '../middleware/content-type.ts';
import { createRouter, defineRoute, json, problems } from '../router.ts';

const newUploadSchema = z
  .strictObject({
    filename: z.string().min(1).max(255).optional().openapi({ example: 'glaciers.md' }),
    content_type: contentTypeField
      .optional()
      .openapi({ description: `${SUPPORTED}. Default: the upload's Content-Type or the type of the file name.` }),
    ...besideDocument,
  })
  .openapi('NewUpload');

const uploadUrlSchema = z
  .object({
    upload_url: z
      .url()
      .openapi({ description: 'Takes a PUT of the bytes of the file. The address holds the credentials: keep it secret.' }),
    method: z.literal('PUT'),
    expires_at: z.iso.datetime().openapi({ example: '2026-01-01T12:15:00.000Z' }),
  })
  .openapi('UploadUrl');

const uploadUrlRoute = defineRoute({
  method: 'post',
  path: '/resources/upload-url',
  description:
    `For ${PRESIGNED_UPLOAD_SECONDS / 60} minutes it takes a PUT with the bytes of one file of up to 50 MB and responds as ` +
    'POST /resources/upload does. The same file sent again gets the same response; another file is refused.',
  middleware: [requireContentType(['application/json'], { optional: true })] as const,
  request: { body: { content: { 'application/json': { schema: newUploadSchema } } } },
  responses: {
    201: {
      ...json('The upload address', uploadUrlSchema),
      headers: z.object({ 'Cache-Control': z.literal('no-store') }),
    },
    ...problems(400, 413, 415, 422, 429),
  },
});

export function createUploadUrlRoutes({ presignedUploads }: Pick<AppContext, 'presignedUploads'>): OpenAPIHono<AppEnv> {
  const router = createRouter();

  router.openapi(uploadUrlRoute, async (c) => {
    const { url, expiresAt } = await presignedUploads.issue(c.get('actor'), c.req.valid('json'));
    const body = { upload_url: url, method: 'PUT' as const, expires_at: toIso(expiresAt) };
    return c.json(body, 201, { 'Cache-Control': 'no-store' });
  });

  return router;
}
