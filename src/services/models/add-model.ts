import type { EmbeddingModel } from '../../kernel/db/types.ts';
import type { KnownModel } from '../../kernel/model/embedding-models.ts';
import type { AppContext } from '../context.ts';
import { register, withModels } from './transitions.ts';

/** Registers a folder's model: from now on new documents are embedded for it, too. Searches go on with the active one. */
export async function addModel({ db, clock }: Pick<AppContext, 'db' | 'clock'>, model: KnownModel): Promise<EmbeddingModel> {
  const now = clock.now();
  return await withModels(db, now, (tx, models) => register(tx, models, model, now));
}
