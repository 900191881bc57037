import { listEmbeddingModels } from '../../kernel/db/embedding-models.ts';
import { countEmbeddable, coverageByModel, listFailedDocuments, listUnembedded } from '../../kernel/db/resource-embeddings.ts';
import type { Database, EmbeddingModel } from '../../kernel/db/types.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { type ModelState, RETIRED_KEPT_MS } from '../../kernel/model/embedding-models.ts';
import type { AppContext } from '../context.ts';
import { requireScope } from '../require-scope.ts';

export interface ModelStatus {
  readonly id: string;
  readonly name: string;
  readonly state: ModelState;
  readonly dimensions: number | null;
  readonly languages: readonly string[] | null;
  /** `total`: documents with text, whether the model is done with them or not. */
  readonly documents: { readonly total: number; readonly embedded: number; readonly failed: number };
  /** How many of the documents the model is done with: 0 to 100, and 100 only if it is done with all. */
  readonly percent: number;
  /** The first documents that the model could not embed. They are found by words. */
  readonly failedIds: readonly string[];
  readonly activationRequestedAt: number | null;
  readonly activatedAt: number | null;
  readonly retiredAt: number | null;
  /** When the vectors of a retired model are removed. */
  readonly removedAt: number | null;
}

/** Documents named in the list of those that failed. */
const FAILED_LISTED = 20;

/** Every model with its progress, the active one first. For admins. */
export async function listModels({ db }: Pick<AppContext, 'db'>, actor: Actor): Promise<ModelStatus[]> {
  requireScope(actor, 'admin');
  return await modelStatuses(db);
}

/** The same, for the commands of the operator. */
export async function modelStatuses(db: Database): Promise<ModelStatus[]> {
  const models = (await listEmbeddingModels(db)).toSorted((a, b) => RANK[a.state] - RANK[b.state]);
  if (models.length === 0) return [];
  const [total, coverage] = [await countEmbeddable(db), await coverageByModel(db)];
  return await Promise.all(
    models.map(async (model) => {
      const { embedded, failed: givenUp } = coverage.get(model.id) ?? { embedded: 0, failed: 0 };
      const known = givenUp === 0 ? [] : await listFailedDocuments(db, model.id, FAILED_LISTED);
      // For a model that is being built, a job takes up what the stage could not embed.
      const unembedded = model.state === 'active' ? await listUnembedded(db) : [];
      const failed = givenUp + unembedded.length;
      const failedIds = [...known, ...unembedded].toSorted().slice(0, FAILED_LISTED);
      return {
        ...fieldsOf(model),
        documents: { total, embedded, failed },
        percent: percentOf(embedded + failed, total),
        failedIds,
      };
    }),
  );
}

/** With one decimal, rounded down. */
const percentOf = (done: number, total: number) => (done >= total ? 100 : Math.floor((1000 * done) / total) / 10);

const RANK: Readonly<Record<ModelState, number>> = { active: 0, building: 1, retired: 2 };

function fieldsOf({ createdAt: _createdAt, ...model }: EmbeddingModel) {
  return { ...model, removedAt: model.retiredAt === null ? null : model.retiredAt + RETIRED_KEPT_MS };
}
