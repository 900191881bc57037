import { updateEmbeddingModel } from '../../kernel/db/embedding-models.ts';
import type { EmbeddingModel } from '../../kernel/db/types.ts';
import type { KnownModel } from '../../kernel/model/embedding-models.ts';
import type { AppContext } from '../context.ts';
import { register, request, withModels } from './transitions.ts';

/**
 * Asks for the switch to a model, which is registered if need be. It happens once every document is embedded for the model;
 * the latest request wins. Where no model is active it is so at once. For the active model: withdraws other requests.
 */
export async function activateModel(
  { db, clock }: Pick<AppContext, 'db' | 'clock'>,
  model: KnownModel,
): Promise<EmbeddingModel['state']> {
  const now = clock.now();
  return await withModels(db, now, async (tx, models) => {
    const row = await register(tx, models, model, now);
    if (!models.some(({ state }) => state === 'active')) {
      await updateEmbeddingModel(tx, row.id, { state: 'active', activatedAt: now });
      return 'active';
    }
    await request(tx, row, now);
    return row.state;
  });
}
