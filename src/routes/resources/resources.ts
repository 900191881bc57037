/** /resources: lists, reads, changes and deletes resources; mounts the other routes below the path. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../../services/context.ts';
import { deleteResource } from '../../services/resources/delete-resource.ts';
import { getResource } from '../../services/resources/get-resource.ts';
import { listResources } from '../../services/resources/list-resources.ts';
import { updateResource } from '../../services/resources/update-resource.ts';
import type { AppEnv } from '../env.ts';
import { requireContentType } from '../middleware/content-type.ts';
import { createRouter, defineRoute, json, jsonBody, problems, requiresScopes } from '../router.ts';
import type { Runtime } from '../runtime.ts';
import { createCreateResourceRoutes } from './create-resource.ts';
import { createProcessingRoutes } from './processing.ts';
import { createRelatedRoutes } from './related-resources.ts';
import { createBatchRoutes } from './resource-batch.ts';
import { descriptionField, metadataField, tagsField, titleField } from './resource-fields.ts';
import { idParameters, resourceFilterQuery, resourceSchema, statusSchema, toResourceBody } from './resource-schemas.ts';
import { createTaxonomyRoutes } from './taxonomy.ts';
import { createUploadUrlRoutes } from './upload-url.ts';

const tags = ['Resources'];

const listRoute = defineRoute({
  method: 'get',
  path: '/resources',
  tags,
  summary: 'List resources',
  description: 'Newest first. `next_cursor` leads to the next page; the last page has none.',
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
    ...problems(422, 503),
  },
});

const getRoute = defineRoute({
  method: 'get',
  path: '/resources/{id}',
  tags,
  summary: 'Read a resource',
  security: requiresScopes('resources:read'),
  request: {
    params: idParameters,
    query: z.object({ include: z.enum(['text']).optional().openapi({ description: '`text`: adds the extracted text' }) }),
  },
  responses: { 200: json('The resource', resourceSchema), ...problems(404, 422, 503) },
});

const updateRoute = defineRoute({
  method: 'patch',
  path: '/resources/{id}',
  tags,
  summary: 'Change a resource',
  description: 'No stage overwrites a field set by hand. A corrected category is an example for the next classification.',
  security: requiresScopes('resources:write'),
  middleware: [requireContentType(['application/json'])] as const,
  request: {
    params: idParameters,
    body: jsonBody(
      z
        .strictObject({
          title: titleField.optional(),
          description: descriptionField.optional(),
          tags: tagsField.optional(),
          metadata: metadataField.optional(),
          category: z.string().min(1).max(200).optional().openapi({ description: 'Id of a category of GET /taxonomy' }),
        })
        .refine((changes) => Object.keys(changes).length > 0, 'must name at least one field to change')
        .openapi('ResourceChanges'),
    ),
  },
  responses: { 200: json('The changed resource', resourceSchema), ...problems(400, 404, 413, 415, 422, 503) },
});

const deleteRoute = defineRoute({
  method: 'delete',
  path: '/resources/{id}',
  tags,
  summary: 'Delete a resource',
  description: 'Deletes everything derived from it, too.',
  security: requiresScopes('resources:write'),
  request: { params: idParameters },
  responses: { 204: { description: 'Deleted' }, ...problems(404, 503) },
});

export function createResourceRoutes(context: AppContext, runtime: Pick<Runtime, 'maxUploadBytes'> = {}): OpenAPIHono<AppEnv> {
  const router = createRouter();
  router.route('/', createCreateResourceRoutes(context, runtime));

  router.openapi(listRoute, async (c) => {
    const { q, limit, cursor, min_quality: minQuality, ...filter } = c.req.valid('query');
    const input = { filter: { ...filter, minQuality, text: q }, cursor, limit };
    const page = await listResources(context, c.get('actor'), input);
    const body = { resources: page.resources.map(toResourceBody) };
    return c.json(page.nextCursor === undefined ? body : { ...body, next_cursor: page.nextCursor }, 200);
  });

  router.openapi(getRoute, async (c) => {
    const { id } = c.req.valid('param');
    const withText = c.req.valid('query').include === 'text';
    return c.json(toResourceBody(await getResource(context, c.get('actor'), { id, withText })), 200);
  });

  router.openapi(updateRoute, async (c) => {
    const input = { id: c.req.valid('param').id, changes: c.req.valid('json') };
    return c.json(toResourceBody(await updateResource(context, c.get('actor'), input)), 200);
  });

  router.openapi(deleteRoute, async (c) => {
    await deleteResource(context, c.get('actor'), c.req.valid('param'));
    return c.body(null, 204);
  });

  router.route('/', createProcessingRoutes(context));
  router.route('/', createUploadUrlRoutes(context));
  router.route('/', createBatchRoutes(context));
  router.route('/', createRelatedRoutes(context));
  router.route('/', createTaxonomyRoutes(context));
  return router;
}
