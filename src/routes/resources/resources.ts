/** Resources: taken, listed, read, corrected, processed again, deleted. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { STAGES } from '../../kernel/model/stages.ts';
import type { AppContext } from '../../services/context.ts';
import { cancelResource } from '../../services/jobs/cancel-job.ts';
import { type CreatedResource, toAcceptedResponse } from '../../services/resources/accepted-response.ts';
import { createResource } from '../../services/resources/create-resource.ts';
import { deleteResource } from '../../services/resources/delete-resource.ts';
import { getResource } from '../../services/resources/get-resource.ts';
import { listResources } from '../../services/resources/list-resources.ts';
import { reprocessResource } from '../../services/resources/reprocess-resource.ts';
import { updateResource } from '../../services/resources/update-resource.ts';
import type { AppEnv } from '../env.ts';
import { type UploadSize, uploadSize } from '../middleware/body-limit.ts';
import { isMultipart, requireContentType } from '../middleware/content-type.ts';
import { createRouter, json, problems, requiresScopes } from '../router.ts';
import type { Runtime } from '../runtime.ts';
import { createRelatedRoutes } from './related-resources.ts';
import { createBatchRoutes } from './resource-batch.ts';
import {
  descriptionField,
  metadataField,
  type NewResource,
  newResourceSchema,
  tagsField,
  titleField,
  toCreateInput,
} from './resource-fields.ts';
import { formContent, readResourceForm } from './resource-form.ts';
import {
  acceptedSchema,
  idParameters,
  resourceFilterQuery,
  resourceId,
  resourceSchema,
  statusSchema,
  toResourceBody,
} from './resource-schemas.ts';
import { createTaxonomyRoutes } from './taxonomy.ts';
import { createUploadUrlRoutes } from './upload-url.ts';

const tags = ['Resources'];

const idempotency = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .optional()
    .openapi({ description: 'The same key with the same request is answered once, for a day', example: '5f0c2c1e' }),
});

const answers = {
  202: {
    ...json('Accepted: five stages will work on it. `Location` is the resource.', acceptedSchema),
    headers: z.object({ Location: z.string() }),
  },
  200: json('You have this document already: the id is that of the first', acceptedSchema),
};

const createResourceRoute = createRoute({
  method: 'post',
  path: '/resources',
  tags,
  summary: 'Send a document',
  description:
    'A URL to be fetched, or text, Markdown or HTML as `content`. As multipart/form-data also a `file`. ' +
    'Answers at once; the work is done in the background.',
  security: requiresScopes('resources:write'),
  middleware: [requireContentType(['application/json', 'multipart/form-data'])] as const,
  request: {
    headers: idempotency,
    body: { content: { 'application/json': { schema: newResourceSchema }, 'multipart/form-data': formContent } },
  },
  responses: { ...answers, ...problems(400, 401, 403, 413, 415, 422, 429, 503) },
});

const uploadRouteOf = (size: UploadSize) =>
  createRoute({
    method: 'post',
    path: '/resources/upload',
    tags,
    summary: 'Upload a file',
    description: `Text, Markdown or HTML up to ${size.megabytes} MB, as the part \`file\` of multipart/form-data.`,
    security: requiresScopes('resources:write'),
    middleware: [requireContentType(['multipart/form-data'])] as const,
    request: { headers: idempotency, body: { required: true, content: { 'multipart/form-data': formContent } } },
    responses: { ...answers, ...problems(400, 401, 403, 413, 415, 422, 429, 503) },
  });

const listRoute = createRoute({
  method: 'get',
  path: '/resources',
  tags,
  summary: 'List your resources',
  description: 'Newest first. `next_cursor` leads to the next page and is absent on the last.',
  security: requiresScopes('resources:read'),
  request: {
    query: resourceFilterQuery.extend({
      status: statusSchema.optional(),
      q: z.string().max(500).optional().openapi({ description: 'Part of the title, description, summary or URL' }),
      limit: z.coerce.number().int().min(1).max(100).default(20),
      cursor: z.string().max(500).optional(),
    }),
  },
  responses: {
    200: json(
      'A page of resources',
      z.object({ resources: z.array(resourceSchema), next_cursor: z.string().optional() }).openapi('ResourcePage'),
    ),
    ...problems(401, 403, 422, 503),
  },
});

const getRoute = createRoute({
  method: 'get',
  path: '/resources/{id}',
  tags,
  summary: 'One of your resources',
  security: requiresScopes('resources:read'),
  request: {
    params: idParameters,
    query: z.object({ include: z.enum(['text']).optional().openapi({ description: '`text`: the whole extracted text, too' }) }),
  },
  responses: { 200: json('The resource', resourceSchema), ...problems(401, 403, 404, 422, 503) },
});

const updateRoute = createRoute({
  method: 'patch',
  path: '/resources/{id}',
  tags,
  summary: 'Correct a resource',
  description: 'What you set by hand stays: no stage overwrites it. A corrected category teaches the next classification.',
  security: requiresScopes('resources:write'),
  middleware: [requireContentType(['application/json'])] as const,
  request: {
    params: idParameters,
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({
              title: titleField.optional(),
              description: descriptionField.optional(),
              tags: tagsField.optional(),
              metadata: metadataField.optional(),
              category: z.string().min(1).max(200).optional().openapi({ description: 'The id of a category of GET /taxonomy' }),
            })
            .refine((changes) => Object.keys(changes).length > 0, 'names nothing to change')
            .openapi('ResourceChanges'),
        },
      },
    },
  },
  responses: { 200: json('The resource as it is now', resourceSchema), ...problems(400, 401, 403, 404, 413, 415, 422, 503) },
});

const deleteRoute = createRoute({
  method: 'delete',
  path: '/resources/{id}',
  tags,
  summary: 'Delete a resource',
  description: 'With everything made from it.',
  security: requiresScopes('resources:write'),
  request: { params: idParameters },
  responses: { 204: { description: 'Gone' }, ...problems(401, 403, 404, 503) },
});

const cancelRoute = createRoute({
  method: 'post',
  path: '/resources/{id}/cancel',
  tags,
  summary: 'Stop processing a resource',
  description: 'Its open stages fail with "Cancelled"; what was completed stays. 409 where nothing is under way.',
  security: requiresScopes('resources:write'),
  request: { params: idParameters },
  responses: { 204: { description: 'It is over' }, ...problems(401, 403, 404, 409, 503) },
});

const reprocessRoute = createRoute({
  method: 'post',
  path: '/resources/{id}/reprocess',
  tags,
  summary: 'Process a resource again',
  description: 'All five stages, or those named and what depends on them. 409 while it is still being processed.',
  security: requiresScopes('resources:write'),
  middleware: [requireContentType(['application/json'], { optional: true })] as const,
  request: {
    params: idParameters,
    body: {
      content: {
        'application/json': {
          schema: z.strictObject({ stages: z.array(z.enum(STAGES)).min(1).max(STAGES.length).optional() }).openapi('Reprocess'),
        },
      },
    },
  },
  responses: {
    202: json(
      'Accepted',
      acceptedSchema.extend({ id: resourceId, stages: z.array(z.enum(STAGES)) }).openapi('AcceptedReprocess'),
    ),
    ...problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
  },
});

export function createResourceRoutes(services: AppContext, runtime: Pick<Runtime, 'maxUploadBytes'> = {}): OpenAPIHono<AppEnv> {
  const router = createRouter();
  const size = uploadSize(runtime);
  const { publicUrl } = services.config;

  function accepted(c: Context<AppEnv>, created: CreatedResource) {
    const body = toAcceptedResponse(publicUrl, created);
    if (created.outcome === 'duplicate') return c.json(body, 200);
    return c.json(body, 202, { Location: `${publicUrl}/resources/${created.id}` });
  }

  router.openapi(createResourceRoute, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    if (isMultipart(c.req.header('content-type')))
      return accepted(c, await createResource(services, c.get('actor'), await readResourceForm(c, { size, idempotencyKey })));
    // Validated as the route says; its types lose that where another kind of body is described beside it.
    const body = c.req.valid('json' as never) as NewResource;
    const input = toCreateInput(body, idempotencyKey);
    return accepted(c, await createResource(services, c.get('actor'), input));
  });

  router.openapi(uploadRouteOf(size), async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = await readResourceForm(c, { size, idempotencyKey, fileOnly: true });
    return accepted(c, await createResource(services, c.get('actor'), input));
  });

  router.openapi(listRoute, async (c) => {
    const { q, limit, cursor, min_quality: minQuality, ...filter } = c.req.valid('query');
    const input = { filter: { ...filter, minQuality, text: q }, cursor, limit };
    const page = await listResources(services, c.get('actor'), input);
    const body = { resources: page.resources.map(toResourceBody) };
    return c.json(page.nextCursor === undefined ? body : { ...body, next_cursor: page.nextCursor }, 200);
  });

  router.openapi(getRoute, async (c) => {
    const { id } = c.req.valid('param');
    const withText = c.req.valid('query').include === 'text';
    return c.json(toResourceBody(await getResource(services, c.get('actor'), { id, withText })), 200);
  });

  router.openapi(updateRoute, async (c) => {
    const input = { id: c.req.valid('param').id, changes: c.req.valid('json') };
    return c.json(toResourceBody(await updateResource(services, c.get('actor'), input)), 200);
  });

  router.openapi(deleteRoute, async (c) => {
    await deleteResource(services, c.get('actor'), c.req.valid('param'));
    return c.body(null, 204);
  });

  router.openapi(cancelRoute, async (c) => {
    await cancelResource(services, c.get('actor'), c.req.valid('param'));
    return c.body(null, 204);
  });

  router.openapi(reprocessRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { stages } = await reprocessResource(services, c.get('actor'), { id, stages: c.req.valid('json').stages });
    return c.json({ ...toAcceptedResponse(publicUrl, { id, status: 'pending' }), stages }, 202);
  });

  router.route('/', createUploadUrlRoutes(services));
  router.route('/', createBatchRoutes(services));
  router.route('/', createRelatedRoutes(services));
  router.route('/', createTaxonomyRoutes(services));
  return router;
}
