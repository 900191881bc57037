import { findRequestedModel, updateEmbeddingModel } from '../../kernel/db/embedding-models.ts';
import { comparedWithActive, documentsLacking, documentsUnrelated } from '../../kernel/db/resource-embeddings.ts';
import type { Database } from '../../kernel/db/types.ts';
import { withModels } from './transitions.ts';

/**
 * What a requested switch needs next: documents to embed, edges of similarity to write, the switch itself; or it has happened.
 * `unfit`: nothing is missing, but the model gave up most documents that the active one could embed, as a broken one does.
 */
export type SwitchStep =
  | { readonly step: 'none' }
  | { readonly step: Missing | 'switch' | 'unfit'; readonly model: string }
  | { readonly step: 'switched'; readonly model: string; readonly from: string | null };

/** The kind of job that has to run. */
export type Missing = 'embed' | 'relate';

/** What is missing for a model; undefined if nothing is. */
export async function missingFor(db: Database, model: string): Promise<Missing | undefined> {
  if ((await documentsLacking(db, { model, limit: 1 })).length > 0) return 'embed';
  if ((await documentsUnrelated(db, { model, limit: 1 })).length > 0) return 'relate';
  return undefined;
}

/** What is missing for the model whose activation was requested. One query where none was. Changes nothing. */
export async function nextStep(db: Database): Promise<SwitchStep> {
  const requested = await findRequestedModel(db);
  if (!requested) return { step: 'none' };
  const model = requested.id;
  const missing = await missingFor(db, model);
  if (missing) return { step: missing, model };
  const { embedded, failed } = await comparedWithActive(db, model);
  return { step: failed > embedded ? 'unfit' : 'switch', model };
}

/** Makes the requested model active and retires the one before, in one transaction, if nothing is missing for it. */
export async function switchWhenComplete(db: Database, now: number): Promise<SwitchStep> {
  const before = await nextStep(db);
  if (before.step !== 'switch') return before;
  return await withModels(db, now, async (tx, models) => {
    const next = await nextStep(tx);
    if (next.step !== 'switch') return next;
    const active = models.find(({ state }) => state === 'active');
    if (active) await updateEmbeddingModel(tx, active.id, { state: 'retired', retiredAt: now });
    await updateEmbeddingModel(tx, next.model, { state: 'active', activatedAt: now, activationRequestedAt: null });
    return { step: 'switched', model: next.model, from: active?.id ?? null };
  });
}
