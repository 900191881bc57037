import { z } from 'zod';
import { present } from '../../kernel/core/present.ts';
import { toIsoOrNull } from '../../kernel/core/time.ts';
import { listEmbeddingModels } from '../../kernel/db/embedding-models.ts';
import {
  countEmbeddable,
  countUnembedded,
  coverageByModel,
  listFailedDocuments,
  listUnembedded,
} from '../../kernel/db/resource-embeddings.ts';
import type { Database, EmbeddingModel } from '../../kernel/db/types.ts';
import { MODEL_STATES, type ModelState, RETIRED_KEPT_MS } from '../../kernel/model/embedding-models.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';

export interface ModelStatus {
  readonly id: string;
  readonly name: string;
  readonly state: ModelState;
  readonly dimensions: number | null;
  readonly languages: readonly string[] | null;
  /** Where its folder was found last. */
  readonly path: string | null;
  /** `total`: documents with text, whether the model is done with them or not. */
  readonly documents: { readonly total: number; readonly embedded: number; readonly failed: number };
  /** How many of the documents the model is done with: 0 to 100, and 100 only if it is done with all. */
  readonly percent: number;
  /** Of a model that is being built, at the pace so far; null while that is not known. */
  readonly etaSeconds: number | null;
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

const modelSchema = z
  .object({
    id: z.string().describe('Name and digest of the files; vectors are stored under it'),
    name: z.string(),
    state: z
      .enum(MODEL_STATES)
      .describe('active: searches use it; building: documents are embedded for it; retired: its vectors are removed after a day'),
    dimensions: z.int().optional(),
    languages: z.array(z.string()).optional().describe('Absent if they are unknown'),
    documents: z.object({
      total: z.int().describe('Documents with text'),
      embedded: z.int(),
      failed: z.int().describe('Given up after the last attempt; they are found by words'),
      percent: z.number().describe('Embedded or given up, of all'),
      eta_seconds: z.int().optional().describe('Of a model that is being built: until it is complete, at the pace so far'),
    }),
    failed_document_ids: z.array(z.string()).describe('The first 20 of those that failed'),
    activation_requested_at: z.iso
      .datetime()
      .optional()
      .describe('The switch to the model was asked for; it happens once every document is embedded'),
    activated_at: z.iso.datetime().optional(),
    retired_at: z.iso.datetime().optional(),
    removed_at: z.iso.datetime().optional().describe('When the vectors of a retired model are removed'),
  })
  .meta({ id: 'EmbeddingModel' });

const toModelBody = ({
  id,
  name,
  state,
  dimensions,
  languages,
  documents,
  percent,
  etaSeconds,
  failedIds,
  ...times
}: ModelStatus) => ({
  ...{ id, name, state },
  ...present({ dimensions, languages: languages && [...languages] }),
  documents: { ...documents, percent, ...present({ eta_seconds: etaSeconds }) },
  failed_document_ids: [...failedIds],
  ...present({
    activation_requested_at: toIsoOrNull(times.activationRequestedAt),
    activated_at: toIsoOrNull(times.activatedAt),
    retired_at: toIsoOrNull(times.retiredAt),
    removed_at: toIsoOrNull(times.removedAt),
  }),
});

export const listModels = operation({
  name: 'models.list',
  scope: 'admin',
  summary: 'List the embedding models with their progress',
  description: 'One is active and embeds questions; others are built beside it until every resource has their vectors.',
  destructive: false,
  input: z.object({}),
  output: z.object({ models: z.array(modelSchema) }),
  run: async ({ db }: Pick<AppContext, 'db'> & Caller) => ({ models: (await modelStatuses(db)).map(toModelBody) }),
});

/** Every model with its progress, the active one first. */
export async function modelStatuses(db: Database): Promise<ModelStatus[]> {
  const models = (await listEmbeddingModels(db)).toSorted((a, b) => RANK[a.state] - RANK[b.state]);
  if (models.length === 0) return [];
  const [total, coverage] = [await countEmbeddable(db), await coverageByModel(db)];
  return await Promise.all(
    models.map(async (model) => {
      const { embedded, failed: givenUp, spentMs } = coverage.get(model.id) ?? { embedded: 0, failed: 0, spentMs: 0 };
      const known = givenUp === 0 ? [] : await listFailedDocuments(db, model.id, FAILED_LISTED);
      // For a model that is being built, a job takes up what the stage could not embed.
      const unembedded = model.state === 'active' ? await countUnembedded(db) : 0;
      const unknown = unembedded === 0 ? [] : await listUnembedded(db, FAILED_LISTED);
      const failed = givenUp + unembedded;
      const failedIds = [...known, ...unknown].toSorted().slice(0, FAILED_LISTED);
      return {
        ...fieldsOf(model),
        documents: { total, embedded, failed },
        percent: percentOf(embedded + failed, total),
        etaSeconds: model.state === 'building' ? etaOf(embedded + failed, total, spentMs) : null,
        failedIds,
      };
    }),
  );
}

/** With one decimal, rounded down. */
const percentOf = (done: number, total: number) => (done >= total ? 100 : Math.floor((1000 * done) / total) / 10);

/** The pace is that of the documents after the first. */
function etaOf(done: number, total: number, spentMs: number): number | null {
  if (done < 2 || spentMs <= 0) return null;
  return Math.ceil((Math.max(0, total - done) * spentMs) / (done - 1) / 1000);
}

const RANK: Readonly<Record<ModelState, number>> = { active: 0, building: 1, retired: 2 };

function fieldsOf({ createdAt: _createdAt, fingerprint: _fingerprint, ...model }: EmbeddingModel) {
  return { ...model, removedAt: model.retiredAt === null ? null : model.retiredAt + RETIRED_KEPT_MS };
}
