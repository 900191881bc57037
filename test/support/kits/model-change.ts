/** A library embedded by one model, and a switch to another under way: workers, their jobs and the sweep. */
import { eq } from 'drizzle-orm';
import { listChunks, replaceChunks } from '../../../src/kernel/db/chunks.ts';
import { listEmbeddingModels } from '../../../src/kernel/db/embedding-models.ts';
import { findDueJobs, unfinishedInstallationJobs } from '../../../src/kernel/db/jobs.ts';
import { findResourceEmbedding } from '../../../src/kernel/db/resource-embeddings.ts';
import { findResourceVector } from '../../../src/kernel/db/resource-vectors.ts';
import { lockResource } from '../../../src/kernel/db/resources.ts';
import { chunks, chunkVectors, resourceEmbeddings, resources, resourceVectors } from '../../../src/kernel/db/schema.sqlite.ts';
import { putCalibration } from '../../../src/kernel/db/settings.ts';
import type { Database } from '../../../src/kernel/db/types.ts';
import { toVector } from '../../../src/kernel/db/vector-bytes.ts';
import { activateModel } from '../../../src/services/models/activate-model.ts';
import { UNKNOWN_CALIBRATION } from '../../../worker-node/analysis/calibration.ts';
import type { EmbedInput } from '../../../worker-node/embedder/embedder.ts';
import { createEmbedJob, EMBED } from '../../../worker-node/jobs/embed.ts';
import { createModelsSweep } from '../../../worker-node/jobs/models-sweep.ts';
import { createRelateJob, RELATE } from '../../../worker-node/jobs/relate.ts';
import { type DocumentEmbedder, normalisedMean, writeDocumentVectors } from '../../../worker-node/stages/document-vectors.ts';
import { randomIds } from '../fakes/doubles.ts';
import { insertDocument, insertUser, testModel } from '../fixtures/documents.ts';
import { createPipelineKit } from './pipeline.ts';

export const [OLD, NEW] = [testModel('old'), testModel('new')];

/** The vector of a text by a model: both have two dimensions. A text without a letter has the zero vector. */
export function vectorOf(model: string, text: string): Float32Array {
  if (!/[a-z]/.test(text)) return new Float32Array(2);
  let angle = model.length + (model === NEW.id ? 1 : 0);
  for (const character of text) angle = (angle * 31 + (character.codePointAt(0) as number)) % 1000;
  return Float32Array.of(Math.cos(angle), Math.sin(angle));
}

export async function createModelChangeKit({ sliceSize = 2 }: { sliceSize?: number } = {}) {
  /** What the new model does before it answers. Tests replace it. */
  const hooks = { embed: async (_texts: readonly string[], _signal: AbortSignal | undefined): Promise<void> => {} };
  const published: string[] = [];
  const embedders: DocumentEmbedder[] = [
    {
      model: NEW.id,
      embed: async (inputs: readonly EmbedInput[], { signal }) => {
        await hooks.embed(inputs.map(String), signal);
        return inputs.map((input) => vectorOf(NEW.id, String(input)));
      },
    },
  ];
  const more = { publishSoon: (jobId: string) => void published.push(jobId), sliceSize, documentEmbedders: () => embedders };
  const kit = await createPipelineKit([
    (parts) => createEmbedJob({ ...parts, ...more }),
    (parts) => createRelateJob({ ...parts, ...more }),
  ]);
  const { db, clock, log } = kit;
  const stopping = new AbortController();
  const sweepParts = { db, clock, log, ids: randomIds, publishSoon: more.publishSoon, stopping: stopping.signal };
  const sweep = createModelsSweep(sweepParts);
  const ownerId = await insertUser(db);
  await activateModel(kit, OLD);
  // Otherwise the first job would embed the texts of the calibration, too.
  await putCalibration(db, NEW.id, UNKNOWN_CALIBRATION, clock.now());
  let versions = 0;

  /** Replaces the chunks of a document, as an ingestion does. */
  async function ingest(tx: Database, id: string, passages: number): Promise<void> {
    if (!(await lockResource(tx, { id, ownerId }))) return;
    versions += 1;
    const version = versions;
    const rows = Array.from({ length: passages }, (_, position) => ({
      ...{ id: randomIds.next(), resourceId: id, ownerId, position, context: '', headingPath: [] },
      // Every third document has a passage without a direction.
      text: version % 3 === 0 && position === 0 ? `${version}` : `v${version} p${position}`,
      ...{ charStart: 0, charEnd: 3, pageStart: null, pageEnd: null, wordCount: 1 },
    }));
    await replaceChunks(tx, id, rows);
  }

  /** Writes the vectors of the old model, as the embedding stage of a worker does that lacks the new one. */
  async function embedByOld(tx: Database, id: string): Promise<void> {
    const current = await listChunks(tx, id);
    const vectors = current.map(({ text }) => vectorOf(OLD.id, text));
    const written = { model: OLD.id, keys: current.map(({ seq }) => seq), vectors, mean: normalisedMean(vectors) };
    if (current.length > 0) await writeDocumentVectors(tx, { id, ownerId }, { ...written, now: clock.now() });
  }

  /** Ingests and embeds a new document, or an old one again. Returns its id. */
  async function process(id?: string, passages = 2): Promise<string> {
    const target = id ?? (await insertDocument(db, ownerId)).id;
    await db.transaction((tx) => ingest(tx, target, passages));
    await db.transaction((tx) => embedByOld(tx, target));
    return target;
  }

  const remove = (id: string) => db.delete(resources).where(eq(resources.id, id));
  const due = () => findDueJobs(db, { now: clock.now(), limit: 100, lostAfterMs: 30_000 });
  const unfinished = () => unfinishedInstallationJobs(db, [EMBED.name, RELATE.name]);
  const states = async () => Object.fromEntries((await listEmbeddingModels(db)).map(({ id, state }) => [id, state]));

  /** Everything that the new model has of each document. */
  async function embedded() {
    const all = await db.select({ id: resources.id }).from(resources);
    return Promise.all(
      all.map(async ({ id }) => {
        const vectors = await db
          .select({ text: chunks.text, embedding: chunkVectors.embedding })
          .from(chunkVectors)
          .innerJoin(chunks, eq(chunks.seq, chunkVectors.chunkSeq))
          .where(eq(chunkVectors.model, NEW.id))
          .then((rows) => rows.map(({ text, embedding }) => [text, [...toVector(embedding)]] as const));
        const own = new Set((await listChunks(db, id)).map(({ text }) => text));
        return {
          id,
          chunks: [...own],
          vectors: vectors.filter(([text]) => own.has(text)),
          resourceVector: await findResourceVector(db, id, NEW.id),
          row: await findResourceEmbedding(db, { resourceId: id, model: NEW.id }),
        };
      }),
    );
  }

  /** The rows of the new model in each table, those of no document included. */
  const rowsOfNew = async () => ({
    rows: (await db.select().from(resourceEmbeddings).where(eq(resourceEmbeddings.model, NEW.id))).length,
    vectors: (await db.select().from(chunkVectors).where(eq(chunkVectors.model, NEW.id))).length,
    resourceVectors: (await db.select().from(resourceVectors).where(eq(resourceVectors.model, NEW.id))).length,
  });

  return {
    ...kit,
    ownerId,
    hooks,
    published,
    embedders,
    sweep,
    stopping,
    /** A sweep of another worker. */
    anotherSweep: () => createModelsSweep(sweepParts),
    requestSwitch: () => activateModel(kit, NEW),
    ingest,
    process,
    remove,
    due,
    unfinished,
    states,
    embedded,
    rowsOfNew,
  };
}

export type ModelChangeKit = Awaited<ReturnType<typeof createModelChangeKit>>;
