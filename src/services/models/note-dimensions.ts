import { updateEmbeddingModel } from '../../kernel/db/embedding-models.ts';
import type { AppContext } from '../context.ts';
import { withModels } from './transitions.ts';

/** Records the length of a model's vectors, which is known once a worker has loaded it. */
export async function noteDimensions(
  { db, clock }: Pick<AppContext, 'db' | 'clock'>,
  id: string,
  dimensions: number,
): Promise<void> {
  await withModels(db, clock.now(), async (tx, models) => {
    const known = models.find((model) => model.id === id);
    if (known && known.dimensions === null) await updateEmbeddingModel(tx, id, { dimensions });
  });
}
