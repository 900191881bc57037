/** POST /resources and POST /resources/upload: accept a document for processing. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AppContext } from '../../services/context.ts';
import { type CreatedResource, toAcceptedResponse } from '../../services/resources/accepted-response.ts';
import { createResource } from '../../services/resources/create-resource.ts';
import { type NewResource, newResourceSchema, toCreateInput } from '../../services/resources/resource-fields.ts';
import { acceptedSchema } from '../../services/resources/resource-schemas.ts';
import type { AppEnv } from '../env.ts';
import { type UploadSize, uploadSize } from '../middleware/body-limit.ts';
import { isMultipart, requireContentType } from '../middleware/content-type.ts';
import { createRouter, defineRoute, json, problems } from '../router.ts';
import type { Runtime } from '../runtime.ts';
import { formContent, readResourceForm } from './resource-form.ts';

const headers = z.object({
  'idempotency-key': z.string().min(1).max(255).optional().openapi({
    description: 'For a day, the same key with the same request gets the response of the first request',
    example: '5f0c2c1e',
  }),
});

const responses = {
  202: {
    ...json('Accepted: five stages will process the document. `Location` is the resource.', acceptedSchema),
    headers: z.object({ Location: z.string() }),
  },
  200: json('A duplicate: `id` is the existing resource with the same content', acceptedSchema),
  ...problems(400, 413, 415, 422, 429, 503),
};

const createResourceRoute = defineRoute({
  method: 'post',
  path: '/resources',
  description:
    'Takes a URL to fetch, or text, Markdown or HTML as `content`; as multipart/form-data also a `file`. ' +
    'Responds at once; the document is processed in the background.',
  middleware: [requireContentType(['application/json', 'multipart/form-data'])] as const,
  request: {
    headers,
    body: { content: { 'application/json': { schema: newResourceSchema }, 'multipart/form-data': formContent } },
  },
  responses,
});

const uploadRouteOf = (size: UploadSize) =>
  defineRoute({
    method: 'post',
    path: '/resources/upload',
    description: `Text, Markdown or HTML up to ${size.megabytes} MB, as the part \`file\` of multipart/form-data.`,
    middleware: [requireContentType(['multipart/form-data'])] as const,
    request: { headers, body: { required: true, content: { 'multipart/form-data': formContent } } },
    responses,
  });

export function createCreateResourceRoutes(context: AppContext, runtime: Pick<Runtime, 'maxUploadBytes'>): OpenAPIHono<AppEnv> {
  const router = createRouter();
  const size = uploadSize(runtime);
  const { publicUrl } = context.config;

  function respond(c: Context<AppEnv>, created: CreatedResource) {
    const body = toAcceptedResponse(publicUrl, created);
    if (created.outcome === 'duplicate') return c.json(body, 200);
    return c.json(body, 202, { Location: `${publicUrl}/resources/${created.id}` });
  }

  router.openapi(createResourceRoute, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = isMultipart(c.req.header('content-type'))
      ? await readResourceForm(c, { size, idempotencyKey })
      : // The route validates JSON; its types lose that because it describes a form as well.
        toCreateInput(c.req.valid('json' as never) as NewResource, idempotencyKey);
    return respond(c, await createResource(context, c.get('actor'), input));
  });

  router.openapi(uploadRouteOf(size), async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = await readResourceForm(c, { size, idempotencyKey, fileOnly: true });
    return respond(c, await createResource(context, c.get('actor'), input));
  });

  return router;
}
