/** POST /resources/batch: creates many resources in one request, with one result per item. */
import { z } from 'zod';
import { JSON_BOUNDS } from '../../kernel/core/bounds.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { statusOf } from '../../kernel/core/problem.ts';
import { chargeWrite } from '../accounts/charge-write.ts';
import type { AppContext } from '../context.ts';
import { invalidFields } from '../invalid-fields.ts';
import { type Caller, operation } from '../operation.ts';
import { toAcceptedResponse } from './accepted-response.ts';
import type { CreateResourceContext, CreateResourceInput } from './create-resource.ts';
import { BATCH_LIMIT, type BatchResult, createResources } from './create-resources.ts';
import { newResourceSchema, toCreateInput } from './resource-fields.ts';
import { acceptedSchema } from './resource-schemas.ts';

const itemResult = z.union([
  acceptedSchema.extend({ http_status: z.union([z.literal(200), z.literal(202)]) }).meta({ id: 'BatchAccepted' }),
  z
    .object({
      http_status: z.int(),
      detail: z.string(),
      errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    })
    .meta({ id: 'BatchRefused' }),
]);

const item = z.unknown().meta({ type: 'object', maxProperties: JSON_BOUNDS.members, description: 'A body of POST /resources' });

type Context = CreateResourceContext & Pick<AppContext, 'config' | 'requestLimits'> & Caller;

export const createBatch = operation({
  name: 'resources.createBatch',
  scope: 'resources:write',
  summary: `Create up to ${BATCH_LIMIT} resources`,
  description:
    'Results come in the order of the items, each with the status that POST /resources would have had. A refused item does not affect the others.',
  destructive: false,
  input: z
    .strictObject({ resources: z.array(item).min(1).max(BATCH_LIMIT) })
    .meta({ id: 'Batch', example: { resources: [{ content: 'Glaciers flow…' }, { url: 'https://example.org/a' }] } }),
  output: z.object({ resources: z.array(itemResult) }).meta({ id: 'BatchAnswers' }),
  errors: ['rate_limited', 'unavailable'],
  run: async (context: Context, { resources }) => {
    const { actor, config, noteLimit } = context;
    const items = resources.map(readItem);
    await chargeWrite(context, actor, { documents: items.length, paid: 1, path: '/resources/batch', noteLimit });
    const results = await createResources(context, actor, items);
    return { resources: results.map((result) => toBody(config, result)) };
  },
});

/** The input of an item, or the error that is its result. A transport passes an error for an item that it could not read. */
function readItem(given: unknown): CreateResourceInput | AppError {
  if (given instanceof AppError) return given;
  const parsed = newResourceSchema.safeParse(given);
  if (!parsed.success) return invalidFields(parsed.error, 'item');
  try {
    return toCreateInput(parsed.data);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function toBody({ publicUrl }: Pick<AppContext['config'], 'publicUrl'>, result: BatchResult): z.input<typeof itemResult> {
  if ('refused' in result) {
    const { code, detail, errors } = result.refused;
    return { http_status: statusOf(code), detail, ...(errors ? { errors: [...errors] } : {}) };
  }
  const { created } = result;
  return { http_status: created.outcome === 'duplicate' ? 200 : 202, ...toAcceptedResponse(publicUrl, created) };
}
