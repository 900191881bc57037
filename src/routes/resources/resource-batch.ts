/** POST /resources/batch: creates many resources in one request, with one result per item. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { JSON_BOUNDS } from '../../kernel/core/bounds.ts';
import { AppError, type FieldError } from '../../kernel/core/errors.ts';
import { invalidField } from '../../kernel/core/json-bounds.ts';
import type { AppContext } from '../../services/context.ts';
import { invalidFields } from '../../services/invalid-fields.ts';
import { toAcceptedResponse } from '../../services/resources/accepted-response.ts';
import type { CreateResourceInput } from '../../services/resources/create-resource.ts';
import { BATCH_LIMIT, type BatchResult, createResources } from '../../services/resources/create-resources.ts';
import { newResourceSchema, toCreateInput } from '../../services/resources/resource-fields.ts';
import { acceptedSchema } from '../../services/resources/resource-schemas.ts';
import type { AppEnv } from '../env.ts';
import { requireContentType } from '../middleware/content-type.ts';
import { chargeWrite } from '../middleware/rate-limit.ts';
import { statusOf } from '../problem.ts';
import { createRouter, defineRoute, json, jsonBody, problems } from '../router.ts';

const itemResult = z.union([
  acceptedSchema.extend({ http_status: z.union([z.literal(200), z.literal(202)]) }).openapi('BatchAccepted'),
  z
    .object({
      http_status: z.int(),
      detail: z.string(),
      errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    })
    .openapi('BatchRefused'),
]);

const batchRoute = defineRoute(
  {
    method: 'post',
    path: '/resources/batch',
    description:
      'Results come in the order of the items, each with the status that POST /resources would have had. A refused item does not affect the others.',
    middleware: [requireContentType(['application/json'])] as const,
    request: {
      body: jsonBody(
        z
          .strictObject({
            resources: z
              .array(
                z
                  .unknown()
                  .openapi({ type: 'object', maxProperties: JSON_BOUNDS.members, description: 'A body of POST /resources' }),
              )
              .min(1)
              .max(BATCH_LIMIT),
          })
          .openapi('Batch', { example: { resources: [{ content: 'Glaciers flow…' }, { url: 'https://example.org/a' }] } }),
      ),
    },
    responses: {
      200: json('One result per item', z.object({ resources: z.array(itemResult) }).openapi('BatchAnswers')),
      ...problems(400, 413, 415, 422, 503),
    },
  },
  { itemsOf: 'resources' },
);

export function createBatchRoutes(context: AppContext): OpenAPIHono<AppEnv> {
  const router = createRouter();

  function toBody(result: BatchResult) {
    if ('refused' in result) {
      const { refused } = result;
      const { detail, errors } = refused;
      return { http_status: statusOf(refused), detail, ...(errors ? { errors: [...errors] } : {}) };
    }
    const { created } = result;
    const http_status = created.outcome === 'duplicate' ? (200 as const) : (202 as const);
    return { http_status, ...toAcceptedResponse(context.config.publicUrl, created) };
  }

  router.openapi(batchRoute, async (c) => {
    const faults = c.get('itemFaults');
    const items = c.req.valid('json').resources.map((item, index) => readItem(item, faults?.get(index)));
    await chargeWrite(c, context, c.get('actor'), { documents: items.length, paid: 1 });
    const results = await createResources(context, c.get('actor'), items);
    return c.json({ resources: results.map(toBody) }, 200);
  });

  return router;
}

/** The input of an item, or the error that is its result. */
function readItem(item: unknown, fault: FieldError | undefined): CreateResourceInput | AppError {
  if (fault) return invalidField(fault, 'item');
  const parsed = newResourceSchema.safeParse(item);
  if (!parsed.success) return invalidFields(parsed.error, 'item');
  try {
    return toCreateInput(parsed.data);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
