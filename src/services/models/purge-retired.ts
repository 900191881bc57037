import { deleteEmbeddingModel, listRetiredModels } from '../../kernel/db/embedding-models.ts';
import { deleteModelRows } from '../../kernel/db/resource-embeddings.ts';
import { deleteCalibration } from '../../kernel/db/settings.ts';
import type { Database } from '../../kernel/db/types.ts';
import { RETIRED_KEPT_MS } from '../../kernel/model/embedding-models.ts';
import { withModels } from './transitions.ts';

/** Documents whose rows one transaction deletes. */
const BATCH = 100;

/**
 * Deletes a batch of what models wrote that were retired over a day ago, and the row of a model that has nothing left.
 * Returns the model it worked on; undefined when nothing is left to delete. Call it until then.
 */
export async function purgeRetired(db: Database, now: number, limit: number = BATCH): Promise<string | undefined> {
  const before = now - RETIRED_KEPT_MS;
  if ((await listRetiredModels(db, before)).length === 0) return undefined;
  // A model that is activated again in between keeps what it still has.
  return await withModels(db, now, async (tx) => {
    const [model] = await listRetiredModels(tx, before);
    if (!model) return undefined;
    if ((await deleteModelRows(tx, model.id, limit)) === 0) {
      await deleteEmbeddingModel(tx, model.id);
      await deleteCalibration(tx, model.id);
    }
    return model.id;
  });
}
