import { AppError } from '../../kernel/core/errors.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { requireScope } from '../require-scope.ts';
import type { CreatedResource } from './accepted-response.ts';
import { type CreateResourceContext, type CreateResourceInput, createResource } from './create-resource.ts';

export const BATCH_LIMIT = 100;

export type BatchResult = { readonly created: CreatedResource } | { readonly refused: AppError };

/**
 * Creates up to 100 resources independently: a refused item does not affect the others. An item that could not be read is
 * passed as its error. Results are in the order of the items. An unexpected error ends the batch.
 */
export async function createResources(
  context: CreateResourceContext,
  actor: Actor,
  items: readonly (CreateResourceInput | AppError)[],
): Promise<BatchResult[]> {
  requireScope(actor, 'resources:write');
  if (items.length > BATCH_LIMIT) {
    throw new AppError('invalid_input', `A batch may have at most ${BATCH_LIMIT} items; this one has ${items.length}`);
  }
  const results: BatchResult[] = [];
  for (const item of items) results.push(await createOne(context, actor, item));
  return results;
}

async function createOne(
  context: CreateResourceContext,
  actor: Actor,
  item: CreateResourceInput | AppError,
): Promise<BatchResult> {
  if (item instanceof AppError) return { refused: item };
  try {
    return { created: await createResource(context, actor, item) };
  } catch (error) {
    if (error instanceof AppError) return { refused: error };
    throw error;
  }
}
