import { hasEmbeddings, updateEmbeddingModel } from '../../kernel/db/embedding-models.ts';
import type { AppContext } from '../context.ts';
import { withModels } from './transitions.ts';

/**
 * Records how a worker makes vectors of documents, beyond what the model's id says, unless a worker did so before. Returns what is
 * recorded then: a worker whose fingerprint is another one must not write vectors. A model without vectors takes any.
 */
export async function noteFingerprint(
  { db, clock }: Pick<AppContext, 'db' | 'clock'>,
  id: string,
  fingerprint: string,
): Promise<string> {
  return await withModels(db, clock.now(), async (tx, models) => {
    const known = models.find((model) => model.id === id);
    const recorded = known?.fingerprint ?? null;
    if (!known || recorded === fingerprint) return fingerprint;
    if (recorded !== null && (await hasEmbeddings(tx, id))) return recorded;
    await updateEmbeddingModel(tx, id, { fingerprint });
    return fingerprint;
  });
}
