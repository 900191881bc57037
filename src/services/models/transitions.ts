/** The steps that the operations on models are made of. Each runs in a transaction that holds `lockModels`. */
import {
  insertEmbeddingModel,
  listEmbeddingModels,
  updateEmbeddingModel,
  withdrawActivation,
} from '../../kernel/db/embedding-models.ts';
import { forgetFailures } from '../../kernel/db/resource-embeddings.ts';
import { lockModels } from '../../kernel/db/settings.ts';
import type { Database, EmbeddingModel } from '../../kernel/db/types.ts';
import type { KnownModel } from '../../kernel/model/embedding-models.ts';

/** Runs `work` with the models as they are, and keeps others from changing them meanwhile. */
export async function withModels<T>(
  db: Database,
  now: number,
  work: (tx: Database, models: readonly EmbeddingModel[]) => Promise<T>,
): Promise<T> {
  return await db.transaction(async (tx) => {
    await lockModels(tx, now);
    return await work(tx, await listEmbeddingModels(tx));
  });
}

/** The row of a folder's model: under its id, or under the one that versions before the digest gave it. */
export function rowOf(models: readonly EmbeddingModel[], { id, legacyId }: Pick<KnownModel, 'id' | 'legacyId'>) {
  return models.find((model) => model.id === id) ?? models.find((model) => model.id === legacyId);
}

/**
 * Makes the model `building` unless it is building or active already, and takes over what its folder says. Returns the row.
 * The vectors of a retired model are used again, and documents that it gave up are tried again.
 */
export async function register(
  tx: Database,
  models: readonly EmbeddingModel[],
  { id, legacyId, name, dimensions, languages, path }: KnownModel,
  now: number,
): Promise<EmbeddingModel> {
  const known = rowOf(models, { id, legacyId });
  if (known === undefined) {
    const row: EmbeddingModel = {
      ...{ id, name, state: 'building', dimensions: dimensions ?? null, languages, path: path ?? null, fingerprint: null },
      ...{ activationRequestedAt: null, createdAt: now, activatedAt: null, retiredAt: null },
    };
    await insertEmbeddingModel(tx, row);
    return row;
  }
  if (known.state === 'retired') await forgetFailures(tx, known.id);
  const state = known.state === 'retired' ? ({ state: 'building', retiredAt: null } as const) : {};
  const set = {
    ...{ name, languages: languages ?? known.languages, dimensions: dimensions ?? known.dimensions, path: path ?? known.path },
    ...state,
  };
  await updateEmbeddingModel(tx, known.id, set);
  return { ...known, ...set };
}

/** Asks for the switch to a building model in place of any other. For the active model: asks for no switch any more. */
export async function request(tx: Database, { id, state, activationRequestedAt }: EmbeddingModel, now: number): Promise<void> {
  if (state === 'building' && activationRequestedAt !== null) return;
  await withdrawActivation(tx);
  if (state === 'building') await updateEmbeddingModel(tx, id, { activationRequestedAt: now });
}
