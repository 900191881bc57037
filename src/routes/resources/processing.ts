/** POST /resources/{id}/cancel and /reprocess: stop the processing of a resource, or start it again. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { STAGES } from '../../kernel/model/stages.ts';
import type { AppContext } from '../../services/context.ts';
import { cancelResource } from '../../services/jobs/cancel-job.ts';
import { toAcceptedResponse } from '../../services/resources/accepted-response.ts';
import { reprocessResource } from '../../services/resources/reprocess-resource.ts';
import type { AppEnv } from '../env.ts';
import { requireContentType } from '../middleware/content-type.ts';
import { createRouter, defineRoute, json, problems, requiresScopes } from '../router.ts';
import { acceptedSchema, idParameters, resourceId } from './resource-schemas.ts';

const tags = ['Resources'];

const cancelRoute = defineRoute({
  method: 'post',
  path: '/resources/{id}/cancel',
  tags,
  summary: 'Stop processing a resource',
  description: 'Its unfinished stages fail with "Cancelled"; completed stages stay. 409 if the resource is not being processed.',
  security: requiresScopes('resources:write'),
  request: { params: idParameters },
  responses: { 204: { description: 'Stopped' }, ...problems(404, 409, 503) },
});

const reprocessRoute = defineRoute({
  method: 'post',
  path: '/resources/{id}/reprocess',
  tags,
  summary: 'Process a resource again',
  description:
    'Runs all five stages, or the named ones and those that depend on them. 409 while the resource is being processed.',
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
    ...problems(400, 404, 409, 413, 415, 422, 429, 503),
  },
});

export function createProcessingRoutes(context: AppContext): OpenAPIHono<AppEnv> {
  const router = createRouter();

  router.openapi(cancelRoute, async (c) => {
    await cancelResource(context, c.get('actor'), c.req.valid('param'));
    return c.body(null, 204);
  });

  router.openapi(reprocessRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { stages } = await reprocessResource(context, c.get('actor'), { id, stages: c.req.valid('json').stages });
    return c.json({ ...toAcceptedResponse(context.config.publicUrl, { id, status: 'pending' }), stages }, 202);
  });

  return router;
}
