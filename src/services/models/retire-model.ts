import { AppError } from '../../kernel/core/errors.ts';
import { updateEmbeddingModel } from '../../kernel/db/embedding-models.ts';
import type { AppContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { withModels } from './transitions.ts';

/**
 * Gives up a model that is being built, and the request to activate it. Its vectors are removed after a day; retiring it again
 * changes nothing. Throws `not_found`, and `conflict` for the active model.
 */
export async function retireModel({ db, clock }: Pick<AppContext, 'db' | 'clock'>, id: string): Promise<void> {
  const now = clock.now();
  await withModels(db, now, async (tx, models) => {
    const model = models.find((known) => known.id === id);
    if (!model) throw notFound('model');
    if (model.state === 'active') throw new AppError('conflict', `${id} is the active model: activate another first`);
    if (model.state === 'retired') return;
    await updateEmbeddingModel(tx, id, { state: 'retired', retiredAt: now, activationRequestedAt: null });
  });
}
