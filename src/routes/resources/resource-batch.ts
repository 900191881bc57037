/** Many documents in one request, each with an answer of its own. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { AppError } from '../../kernel/core/errors.ts';
import type { AppContext } from '../../services/context.ts';
import { toAcceptedResponse } from '../../services/resources/accepted-response.ts';
import type { CreateResourceInput } from '../../services/resources/create-resource.ts';
import { BATCH_LIMIT, type BatchResult, createResources } from '../../services/resources/create-resources.ts';
import type { AppEnv } from '../env.ts';
import { requireContentType } from '../middleware/content-type.ts';
import { statusOf } from '../problem.ts';
import { createRouter, json, problems, requiresScopes } from '../router.ts';
import { invalidFields } from '../validation.ts';
import { newResourceSchema, toCreateInput } from './resource-fields.ts';
import { acceptedSchema } from './resource-schemas.ts';

const itemAnswer = z.union([
  acceptedSchema.extend({ http_status: z.union([z.literal(200), z.literal(202)]) }).openapi('BatchAccepted'),
  z
    .object({
      http_status: z.int(),
      detail: z.string(),
      errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    })
    .openapi('BatchRefused'),
]);

const batchRoute = createRoute({
  method: 'post',
  path: '/resources/batch',
  tags: ['Resources'],
  summary: 'Send up to 100 documents',
  description: 'Each item is answered on its own, in order, with the status it would have had alone: a bad one spoils no other.',
  security: requiresScopes('resources:write'),
  middleware: [requireContentType(['application/json'])] as const,
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({
              resources: z
                .array(z.unknown().openapi({ type: 'object', description: 'As POST /resources takes it' }))
                .min(1)
                .max(BATCH_LIMIT),
            })
            .openapi('Batch', { example: { resources: [{ content: 'Glaciers flow…' }, { url: 'https://example.org/a' }] } }),
        },
      },
    },
  },
  responses: {
    200: json('An answer per item', z.object({ resources: z.array(itemAnswer) }).openapi('BatchAnswers')),
    ...problems(400, 401, 403, 413, 415, 422, 503),
  },
});

export function createBatchRoutes(services: AppContext): OpenAPIHono<AppEnv> {
  const router = createRouter();

  function toBody(answer: BatchResult) {
    if ('refused' in answer) {
      const { refused } = answer;
      const { detail, errors } = refused;
      return { http_status: statusOf(refused), detail, ...(errors ? { errors: [...errors] } : {}) };
    }
    const { created } = answer;
    const http_status = created.outcome === 'duplicate' ? (200 as const) : (202 as const);
    return { http_status, ...toAcceptedResponse(services.config.publicUrl, created) };
  }

  router.openapi(batchRoute, async (c) => {
    const items = c.req.valid('json').resources.map(readItem);
    const answers = await createResources(services, c.get('actor'), items);
    return c.json({ resources: answers.map(toBody) }, 200);
  });

  return router;
}

/** An item as the verb takes it, or the error it is to be answered with. */
function readItem(item: unknown): CreateResourceInput | AppError {
  const parsed = newResourceSchema.safeParse(item);
  if (!parsed.success) return invalidFields(parsed.error, 'item');
  try {
    return toCreateInput(parsed.data);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
