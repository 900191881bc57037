import { AppError } from '../../kernel/core/errors.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { requireScope } from '../require-scope.ts';
import type { CreatedResource } from './accepted-response.ts';
import { type CreateResourceContext, type CreateResourceInput, createResource } from './create-resource.ts';

export const BATCH_LIMIT = 100;

export type BatchResult = { readonly created: CreatedResource } | { readonly refused: AppError };

/**
 * Takes up to 100 documents, each on its own: one that is refused leaves the others alone. An item may come as the error
 * that kept it from being read. Answers stand in the order of the items; a fault of ours ends the batch.
 */
export async function createResources(
  services: CreateResourceContext,
  actor: Actor,
  items: readonly (CreateResourceInput | AppError)[],
): Promise<BatchResult[]> {
  requireScope(actor, 'resources:write');
  if (items.length > BATCH_LIMIT) throw new AppError('invalid_input', `A batch holds up to ${BATCH_LIMIT} items`);
  const answers: BatchResult[] = [];
  for (const item of items) answers.push(await answerTo(services, actor, item));
  return answers;
}

async function answerTo(
  services: CreateResourceContext,
  actor: Actor,
  item: CreateResourceInput | AppError,
): Promise<BatchResult> {
  if (item instanceof AppError) return { refused: item };
  try {
    return { created: await createResource(services, actor, item) };
  } catch (error) {
    if (error instanceof AppError) return { refused: error };
    throw error;
  }
}
