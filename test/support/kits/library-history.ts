/** A library with workers of every kind of job on a test database, and what searches of it see. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createMutex } from '../../../src/kernel/core/concurrency.ts';
import { findActiveModel } from '../../../src/kernel/db/embedding-models.ts';
import { readLibraryChanges, readLibraryVersion } from '../../../src/kernel/db/library-changes.ts';
import { type LibraryDocument, readLibrary, readLibraryDocuments } from '../../../src/kernel/db/library-rows.ts';
import { putSource } from '../../../src/kernel/db/resource-sources.ts';
import type { Job } from '../../../src/kernel/db/types.ts';
import type { DocumentReader } from '../../../worker-node/ingest/document-reader.ts';
import { createJobRunners } from '../../../worker-node/jobs/registry.ts';
import { createJobHandler } from '../../../worker-node/pipeline/job-handler.ts';
import { createPipeline } from '../../../worker-node/pipeline/pipeline.ts';
import { createStageRunners } from '../../../worker-node/stages/registry.ts';
import { freshId, seedJob } from './jobs.ts';
import { createTestLibrary, MODEL, topicVector } from './library.ts';
import { LEASE_MS } from './pipeline.ts';

export const OTHER_MODEL = 'test-other';

const embedderOf = (model: string) => ({
  model,
  embed: async (texts: readonly unknown[]) => texts.map((text) => topicVector(String(text))),
});

/** Documents by id, as JSON that is equal where they are. */
export type Seen = ReadonlyMap<string, string>;

const asJson = (document: LibraryDocument) =>
  JSON.stringify(document, (_key, value) => (value instanceof Float32Array ? [...value] : value));

/** `reader` stays open: a process for each test would take longer than the test. */
export async function createLibraryHistoryKit(reader: DocumentReader) {
  const library = await createTestLibrary();
  const { db, clock, log } = library;
  const embedders = [embedderOf(MODEL), embedderOf(OTHER_MODEL)];
  const models = { active: () => embedders[0] as (typeof embedders)[0], documents: () => embedders.slice(0, 1) };
  const fetchPage = () => Promise.reject(new Error('no page is fetched here'));
  const ids = { next: freshId };
  const parts = { db, clock, ids, log, leaseMs: LEASE_MS, random: () => 0.5, holdMs: 600_000 };
  const runners = createStageRunners({ ...parts, config: library.services.config, fetchPage, reader, models });
  const jobs = createJobRunners({
    ...parts,
    runners,
    progress: { report: () => {} },
    publishSoon: () => {},
    documentEmbedders: () => embedders,
  });
  const handler = createJobHandler({ ...parts, pipeline: createPipeline({ ...parts, jobs }) });

  const run = (job: Pick<Job, 'id' | 'ownerId'>) => handler.run({ job_id: job.id, owner_id: job.ownerId });

  /** Stores a text whose job has not run. */
  async function post(ownerId: string, text: string): Promise<Job & { resourceId: string }> {
    const source = { contentType: 'text/plain', filename: null, body: Buffer.from(text), fetchedUrl: null };
    // Together, as the API does it: another worker may take the job at once.
    const job = await db.transaction(async (tx) => {
      const seeded = await seedJob({ db: tx, clock }, { ownerId });
      await putSource(tx, { ...source, resourceId: seeded.resourceId, createdAt: clock.now() });
      return seeded;
    });
    return job;
  }

  const activeModel = async () => (await findActiveModel(db))?.id ?? null;

  /** What a search of the owner's library sees. */
  async function seenBy(ownerId: string): Promise<Seen> {
    const seen = new Map<string, string>();
    for await (const block of readLibrary(db, { ownerId, model: await activeModel() }))
      for (const document of block) seen.set(document.id, asJson(document));
    return seen;
  }

  /** A copy of a library that follows its history, as an index does. */
  async function follow(ownerId: string) {
    let { version } = await readLibraryVersion(db, ownerId);
    let seen = new Map(await seenBy(ownerId));
    const turns = createMutex();
    return {
      seen: (): Seen => seen,
      catchUp: async (): Promise<void> => {
        const release = await turns.acquire();
        for (;;) {
          const changes = await readLibraryChanges(db, ownerId, { after: version, limit: 3 });
          const last = changes.at(-1);
          if (!last) return release();
          if (changes[0]?.version !== version + 1) throw new Error(`no change made version ${version + 1}`);
          if (changes.some(({ kind }) => kind === 'rebuild')) seen = new Map(await seenBy(ownerId));
          const named = changes.flatMap(({ resourceId }) => (resourceId === null ? [] : [resourceId]));
          for (const id of named) seen.delete(id);
          for (const document of await readLibraryDocuments(db, { ownerId, model: await activeModel(), ids: named }))
            seen.set(document.id, asJson(document));
          version = last.version;
          await nextTurn();
        }
      },
    };
  }

  return {
    ...library,
    run,
    post,
    seenBy,
    follow,
    close: async () => {
      await handler.drain(1_000);
      await library.close();
    },
  };
}

export type LibraryHistoryKit = Awaited<ReturnType<typeof createLibraryHistoryKit>>;
