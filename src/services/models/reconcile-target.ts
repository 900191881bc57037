import { updateEmbeddingModel } from '../../kernel/db/embedding-models.ts';
import { findEmbeddingTarget, putEmbeddingTarget } from '../../kernel/db/settings.ts';
import type { EmbeddingModel } from '../../kernel/db/types.ts';
import type { EmbeddingTarget, KnownModel } from '../../kernel/model/embedding-models.ts';
import type { AppContext } from '../context.ts';
import { register, request, rowOf, withModels } from './transitions.ts';

/** `first`: the database had no active model. `unchanged`: as at the last start. `requested`: the switch to the target was asked for. */
export type Reconciled = 'first' | 'unchanged' | 'active' | 'requested';

/**
 * Compares the model that this start names with the database, which decides. A start that names another model than the last
 * one asks for the switch; one that names the same changes nothing, so that a model activated by a command survives restarts.
 * Other files under the same name, such as a release's, are another target only where no command chose a model since. Any number
 * of workers may call it at once.
 */
export async function reconcileTarget({ db, clock }: Pick<AppContext, 'db' | 'clock'>, target: KnownModel): Promise<Reconciled> {
  const now = clock.now();
  return await withModels(db, now, async (tx, models) => {
    const last = await findEmbeddingTarget(tx);
    await putEmbeddingTarget(tx, { id: target.id, name: target.name }, now);
    if (!models.some(({ state }) => state === 'active')) {
      const { id } = await register(tx, models, target, now);
      await updateEmbeddingModel(tx, id, { state: 'active', activatedAt: now });
      return 'first';
    }
    const known = rowOf(models, target);
    if (known !== undefined && known.state !== 'retired') await register(tx, models, target, now);
    if (last?.id === target.id || (last?.name === target.name && wasReplaced(models, last))) return 'unchanged';
    // Where no start has left its target yet, a request can only be a command's, and stays.
    if (last === undefined && known?.state === 'active') return 'active';
    await request(tx, await register(tx, models, target, now), now);
    return known?.state === 'active' ? 'active' : 'requested';
  });
}

/** Whether the library has, or is on its way to, a model that no start named. Before ids had a digest, an id was the name. */
function wasReplaced(models: readonly EmbeddingModel[], last: EmbeddingTarget): boolean {
  const next = models.find(({ activationRequestedAt }) => activationRequestedAt !== null);
  const { id } = next ?? models.find(({ state }) => state === 'active') ?? last;
  return id !== last.id && id !== last.name;
}
