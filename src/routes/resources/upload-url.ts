/** `POST /resources/upload-url`: an address that takes one file, straight at the worker, which can hold what Workers cannot. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { PRESIGNED_UPLOAD_SECONDS } from '../../kernel/worker-client/presigned-uploads.ts';
import type { AppContext } from '../../services/context.ts';
import { SUPPORTED } from '../../services/resources/uploaded-file.ts';
import type { AppEnv } from '../env.ts';
import { requireContentType } from '../middleware/content-type.ts';
import { requireScope } from '../middleware/require-scope.ts';
import { createRouter, json, problems, requiresScopes } from '../router.ts';
import { besideDocument, contentTypeField, hasNoNul, NUL } from './resource-fields.ts';

const newUploadSchema = z
  .strictObject({
    filename: z.string().min(1).max(255).refine(hasNoNul, NUL).optional().openapi({ example: 'glaciers.md' }),
    content_type: contentTypeField
      .optional()
      .openapi({ description: `${SUPPORTED}. Default: what the upload's Content-Type or the file name says.` }),
    ...besideDocument,
  })
  .openapi('NewUpload');

const uploadUrlSchema = z
  .object({
    upload_url: z
      .url()
      .openapi({ description: 'PUT the bytes of the file here. It needs no other credentials: keep it secret.' }),
    method: z.literal('PUT'),
    expires_at: z.iso.datetime().openapi({ example: '2026-01-01T12:15:00.000Z' }),
  })
  .openapi('UploadUrl');

const uploadUrlRoute = createRoute({
  method: 'post',
  path: '/resources/upload-url',
  tags: ['Resources'],
  summary: 'Get an address to upload a file to',
  description:
    `Takes a PUT with the bytes of one file of up to 50 MB, for ${PRESIGNED_UPLOAD_SECONDS / 60} minutes, and answers as ` +
    'POST /resources/upload does. Sent again, the same file gets the same answer, another one is refused.',
  security: requiresScopes('resources:write'),
  middleware: [requireScope('resources:write'), requireContentType(['application/json'], { optional: true })] as const,
  request: { body: { content: { 'application/json': { schema: newUploadSchema } } } },
  responses: {
    201: {
      ...json('The address', uploadUrlSchema),
      headers: z.object({ 'Cache-Control': z.literal('no-store') }),
    },
    ...problems(400, 401, 403, 413, 415, 422, 429),
  },
});

export function createUploadUrlRoutes({ presignedUploads }: Pick<AppContext, 'presignedUploads'>): OpenAPIHono<AppEnv> {
  const router = createRouter();

  router.openapi(uploadUrlRoute, async (c) => {
    const { url, expiresAt } = await presignedUploads.issue(c.get('actor'), c.req.valid('json'));
    const body = { upload_url: url, method: 'PUT' as const, expires_at: new Date(expiresAt).toISOString() };
    return c.json(body, 201, { 'Cache-Control': 'no-store' });
  });

  return router;
}
