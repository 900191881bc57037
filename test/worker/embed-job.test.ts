import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError, StageError } from '../../src/kernel/core/errors.ts';
import { listEdgesOf } from '../../src/kernel/db/edges.ts';
import { findJob } from '../../src/kernel/db/jobs.ts';
import { findResourceEmbedding, putResourceEmbedding } from '../../src/kernel/db/resource-embeddings.ts';
import { insertStages } from '../../src/kernel/db/resource-stages.ts';
import { findResourceVector } from '../../src/kernel/db/resource-vectors.ts';
import { edges, resources, resourceVectors } from '../../src/kernel/db/schema.sqlite.ts';
import { toBytes } from '../../src/kernel/db/vector-bytes.ts';
import { enqueueJob } from '../../src/kernel/jobs/outbox.ts';
import { RETIRED_KEPT_MS } from '../../src/kernel/model/embedding-models.ts';
import { INSTALLATION } from '../../src/kernel/model/job-kinds.ts';
import { everyStage, newStages } from '../../src/kernel/model/stages.ts';
import { activateModel } from '../../src/services/models/activate-model.ts';
import { modelStatuses } from '../../src/services/models/list-models.ts';
import { retireModel } from '../../src/services/models/retire-model.ts';
import { DIED_TWICE, LOAD_FAILED } from '../../worker-node/embedder/inference.ts';
import { EMBED } from '../../worker-node/jobs/embed.ts';
import { freshId } from '../support/kits/jobs.ts';
import { createModelChangeKit, type ModelChangeKit, NEW, OLD, vectorOf } from '../support/kits/model-change.ts';
import { LEASE_MS } from '../support/kits/pipeline.ts';

let kit: ModelChangeKit;
beforeEach(async () => {
  kit = await createModelChangeKit();
});
afterEach(() => kit.close());

/** A library of `count` documents by id, with the switch requested. */
async function library(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await kit.process());
  await kit.requestSwitch();
  return ids.toSorted();
}

/** Starts the first job of the switch and returns its id. */
async function firstJob(): Promise<string> {
  await kit.sweep.advance();
  const [job] = await kit.unfinished();
  if (!job) throw new Error('no job');
  return job.id;
}
const stored = async (id: string) => await findJob(kit.db, id);
const rowOf = (resourceId: string) => findResourceEmbedding(kit.db, { resourceId, model: NEW.id });
const doneIds = async () => (await kit.embedded()).flatMap(({ id, row }) => (row ? [id] : [])).toSorted();
const forbid = (code: 'unavailable' | 'rate_limited', detail: string, retryAfter?: number) => {
  kit.hooks.embed = () => Promise.reject(new AppError(code, detail, retryAfter === undefined ? {} : { retryAfter }));
};

/** Delivers jobs and sweeps until no job is unfinished and the sweep has nothing to do. */
async function finish(): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    await kit.sweep.advance();
    const due = await kit.due();
    for (const id of due) await kit.deliver(id);
    if (due.length === 0 && (await kit.unfinished()).length === 0) return;
    kit.clock.advance(60_000);
  }
  throw new Error('the switch does not come to an end');
}

describe('embed job', () => {
  test('embed job: it leaves the rest to another job before it embeds, and then embeds its slice', async () => {
    const ids = await library(5);
    const first = await firstJob();
    let seen: unknown[] = [];
    kit.hooks.embed = async () => {
      seen = await kit.unfinished();
    };
    expect(await kit.deliver(first)).toEqual({ kind: 'done' });
    expect(seen).toHaveLength(2);
    const [second] = await kit.unfinished();
    expect(second).toMatchObject({ kind: 'embed', payload: { model: NEW.id, after: ids[1] }, resourceId: null });
    expect(kit.published).toEqual([first, second?.id]);
    expect(await doneIds()).toEqual(ids.slice(0, 2));
    for (const { chunks, vectors, resourceVector, row } of (await kit.embedded()).filter((one) => one.row)) {
      const expected = chunks.map((text) => [text, [...vectorOf(NEW.id, text)]]).filter(([text]) => /[a-z]/.test(text as string));
      expect(vectors.toSorted()).toEqual(expected.toSorted());
      expect(resourceVector && Math.hypot(...resourceVector)).toBeCloseTo(1);
      expect(row).toMatchObject({ error: null, relatedAt: null });
    }
  });

  test('embed job: several workers share the documents', async () => {
    await library(6);
    const first = await firstJob();
    const outcomes: unknown[] = [];
    kit.hooks.embed = async () => {
      // While one worker embeds, the next takes the job that the first left.
      const [next] = (await kit.unfinished()).filter(({ state }) => state === 'queued');
      if (next) outcomes.push(await kit.deliver(next.id));
    };
    outcomes.push(await kit.deliver(first));
    // Three slices, and the one after the last, which is empty.
    expect(outcomes).toEqual(Array(4).fill({ kind: 'done' }));
    expect(await doneIds()).toHaveLength(6);
    expect(await kit.unfinished()).toEqual([]);
  });

  test('embed job: after a death it goes on with its slice, and the rest is one job', async () => {
    const ids = await library(5);
    const first = await firstJob();
    const reached = Promise.withResolvers<void>();
    let calls = 0;
    kit.hooks.embed = () => {
      calls += 1;
      if (calls < 2) return Promise.resolve();
      reached.resolve();
      return new Promise(() => {});
    };
    void kit.deliver(first);
    await reached.promise;
    expect(await doneIds()).toEqual([ids[0]]);
    kit.hooks.embed = async () => {};
    kit.clock.advance(LEASE_MS + 1);
    expect(await kit.deliver(first)).toEqual({ kind: 'done' });
    expect(await doneIds()).toEqual(ids.slice(0, 2));
    expect(await kit.unfinished()).toMatchObject([{ payload: { after: ids[1] } }]);
  });

  test('embed job: a worker that lost the lease writes nothing more', async () => {
    await library(1);
    const job = await firstJob();
    let texts = 0;
    kit.hooks.embed = async () => {
      texts += 1;
      if (texts > 1) return;
      kit.clock.advance(LEASE_MS + 1);
      expect(await kit.deliver(job)).toEqual({ kind: 'done' });
      await kit.db.update(resourceVectors).set({ embedding: toBytes(Float32Array.of(1, 0)) });
    };
    expect(await kit.deliver(job)).toEqual({ kind: 'released' });
    expect((await kit.embedded())[0]?.resourceVector).toEqual(Float32Array.of(1, 0));
  });

  test('embed job: chunks that were replaced meanwhile are left to a later job, deleted documents to none', async () => {
    const ids = (await library(2)) as [string, string];
    const job = await firstJob();
    let call = 0;
    kit.hooks.embed = async () => {
      call += 1;
      if (call === 1) await kit.process(ids[0], 3);
      else await kit.remove(ids[1]);
    };
    expect(await kit.deliver(job)).toEqual({ kind: 'done' });
    expect(await kit.rowsOfNew()).toEqual({ rows: 0, vectors: 0, resourceVectors: 0 });
    kit.hooks.embed = async () => {};
    await finish();
    expect(await kit.rowsOfNew()).toMatchObject({ rows: 1, resourceVectors: 1 });
    expect((await kit.embedded())[0]?.chunks).toHaveLength(3);
  });

  test('embed job: it waits for an ingestion that is about to commit, also for a document without any direction', async () => {
    // The third text of the kit has no word, so that no vector refers to its chunk.
    const [, , id] = [await kit.process(undefined, 1), await kit.process(undefined, 1), await kit.process(undefined, 1)];
    await kit.requestSwitch();
    const [ingested, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let ingestion: Promise<void> | undefined;
    kit.hooks.embed = async (texts) => {
      if (texts[0] !== '3' || ingestion) return;
      ingestion = kit.db.transaction(async (tx) => {
        await kit.ingest(tx, id, 1);
        ingested.resolve();
        await release.promise;
      });
      await ingested.promise;
      // Long enough for the job to come to its own transaction.
      setTimeout(release.resolve, 200);
    };
    while (!ingestion) {
      await kit.sweep.advance();
      for (const job of await kit.due()) await kit.deliver(job);
    }
    await ingestion;
    expect(await rowOf(id)).toBeUndefined();
    await finish();
    expect(await rowOf(id)).toMatchObject({ error: null });
  });

  test('embed job: a document that the embedding stage has done meanwhile keeps what the stage wrote', async () => {
    const [id] = (await library(1)) as [string];
    const job = await firstJob();
    kit.hooks.embed = () =>
      putResourceEmbedding(kit.db, { resourceId: id, ownerId: kit.ownerId, model: NEW.id, error: null, now: 77 });
    expect(await kit.deliver(job)).toEqual({ kind: 'done' });
    expect(await rowOf(id)).toMatchObject({ updatedAt: 77 });
    expect(await kit.rowsOfNew()).toMatchObject({ vectors: 0 });
  });

  test('embed job: a worker without the folder gives the job back, and takes nothing of it', async () => {
    await library(5);
    const job = await firstJob();
    const removed = kit.embedders.splice(0);
    for (let look = 0; look < 10; look += 1) {
      expect(await kit.deliver(job)).toEqual({ kind: 'retry', afterSeconds: 5 });
      kit.clock.advance(5_000);
    }
    expect(await stored(job)).toMatchObject({ state: 'queued', attempt: 0 });
    expect(await kit.unfinished()).toHaveLength(1);
    kit.embedders.push(...removed);
    expect(await kit.deliver(job)).toEqual({ kind: 'done' });
  });

  test('embed job: a model that does not work, or has a full queue, is waited for, and no document is given up', async () => {
    await library(2);
    const job = await firstJob();
    for (let look = 0; look < 10; look += 1) {
      forbid('unavailable', LOAD_FAILED);
      expect(await kit.deliver(job)).toEqual({ kind: 'retry', afterSeconds: 10 });
      kit.clock.advance(10_000);
      forbid('rate_limited', 'The embedding queue is full', 3);
      expect(await kit.deliver(job)).toEqual({ kind: 'retry', afterSeconds: 3 });
      kit.clock.advance(10_000);
    }
    expect(await stored(job)).toMatchObject({ state: 'queued' });
    expect(await kit.rowsOfNew()).toMatchObject({ rows: 0 });
    kit.hooks.embed = async () => {};
    await finish();
    expect(await kit.states()).toEqual({ old: 'retired', new: 'active' });
  });

  test.each([
    ['kills the inference process', new AppError('unavailable', DIED_TWICE), DIED_TWICE],
    ['meets a fault', new TypeError('oops'), 'The worker failed'],
  ])('embed job: a document that %s is given up after six attempts, and the switch goes on', async (_name, fault, error) => {
    const ids = await library(3);
    const poison = ids[1] as string;
    const texts = (await kit.embedded()).find(({ id }) => id === poison)?.chunks ?? [];
    let tried = 0;
    kit.hooks.embed = async (batch) => {
      if (!batch.some((text) => texts.includes(text))) return;
      tried += 1;
      throw fault;
    };
    await finish();
    expect(tried).toBe(6);
    expect(await rowOf(poison)).toMatchObject({ error: expect.stringContaining(error), relatedAt: null });
    expect(await rowOf(ids[0] as string)).toMatchObject({ error: null, relatedAt: expect.any(Number) });
    expect(await kit.states()).toEqual({ old: 'retired', new: 'active' });
    const [active] = await modelStatuses(kit.db);
    expect(active).toMatchObject({ documents: { total: 3, embedded: 2, failed: 1 }, failedIds: [poison] });
  });

  test('embed job: of a document that is given up nothing is left that an earlier text of it had', async () => {
    const ids = await library(3);
    const changed = ids[1] as string;
    let isPoison = false;
    kit.hooks.embed = async () => {
      if (isPoison) throw new StageError('permanent', 'Never');
    };
    await kit.deliver(await firstJob());
    expect(await findResourceVector(kit.db, changed, NEW.id)).toBeDefined();
    await kit.db.insert(edges).values({
      ...{ sourceId: changed, targetId: ids[0] as string, kind: 'similar', model: NEW.id, ownerId: kit.ownerId },
      ...{ weight: 1, evidence: {}, createdAt: 0 },
    });
    await kit.process(changed, 3);
    isPoison = true;
    await finish();
    expect(await rowOf(changed)).toMatchObject({ error: 'Never' });
    expect(await findResourceVector(kit.db, changed, NEW.id)).toBeUndefined();
    const left = await kit.db.select().from(edges).where(eq(edges.model, NEW.id));
    expect(left.filter(({ sourceId }) => sourceId === changed)).toEqual([]);
  });

  test('embed job: a document over which every worker died is given up, and the next job goes on', async () => {
    const ids = await library(3);
    const job = await firstJob();
    for (let death = 0; death < 6; death += 1) {
      await kit.claim(job);
      kit.clock.advance(LEASE_MS + 1);
    }
    expect(await kit.deliver(job)).toMatchObject({ kind: 'dead', message: expect.stringContaining('was interrupted') });
    expect(await rowOf(ids[0] as string)).toMatchObject({ error: expect.stringContaining('interrupted') });
    expect(await kit.rowsOfNew()).toMatchObject({ rows: 1 });
    await finish();
    expect(await kit.rowsOfNew()).toMatchObject({ rows: 3, resourceVectors: 2 });
    expect(await kit.states()).toMatchObject({ new: 'active' });
  });

  test('embed job: deaths between documents use up no attempts', async () => {
    await kit.close();
    kit = await createModelChangeKit({ sliceSize: 20 });
    const ids = await library(12);
    const job = await firstJob();
    for (let deaths = 0; deaths < ids.length - 1; deaths += 1) {
      const reached = Promise.withResolvers<void>();
      let call = 0;
      kit.hooks.embed = () => {
        call += 1;
        if (call === 1) return Promise.resolve();
        reached.resolve();
        return new Promise(() => {});
      };
      void kit.deliver(job);
      await reached.promise;
      kit.clock.advance(LEASE_MS + 1);
    }
    kit.hooks.embed = async () => {};
    expect(await kit.deliver(job)).toEqual({ kind: 'done' });
    for (const id of ids) expect(await rowOf(id)).toMatchObject({ error: null });
  });

  test('embed job: a model that was retired meanwhile gets nothing more', async () => {
    await library(2);
    const job = await firstJob();
    kit.hooks.embed = () => retireModel(kit, NEW.id);
    expect(await kit.deliver(job)).toEqual({ kind: 'done' });
    expect(await kit.rowsOfNew()).toEqual({ rows: 0, vectors: 0, resourceVectors: 0 });
    const payload = { model: NEW.id };
    const services = { clock: kit.clock, ids: { next: freshId } };
    for (const model of [payload, { model: 'unknown' }]) {
      const { id } = await enqueueJob(kit.db, services, { kind: EMBED, ownerId: INSTALLATION, payload: model });
      expect(await kit.deliver(id)).toEqual({ kind: 'done' });
    }
  });

  test('embed job: a model whose activation is not requested any more leaves the workers to the others', async () => {
    const ids = await library(3);
    const job = await firstJob();
    await activateModel(kit, OLD);
    expect(await kit.deliver(job)).toEqual({ kind: 'done' });
    expect(await kit.rowsOfNew()).toMatchObject({ rows: 0 });
    await kit.sweep.advance();
    expect(await kit.unfinished()).toEqual([]);
    await kit.requestSwitch();
    await finish();
    expect(await doneIds()).toEqual(ids);
  });

  test('embed job: a stopped worker gives the job back', async () => {
    await library(2);
    const job = await firstJob();
    const stop = new AbortController();
    kit.hooks.embed = async (_texts, signal) => {
      stop.abort();
      signal?.throwIfAborted();
    };
    expect(await kit.deliver(job, stop.signal)).toEqual({ kind: 'released' });
    expect(await stored(job)).toMatchObject({ state: 'queued', availableAt: kit.clock.now() });
  });
});

describe('relate job', () => {
  test('relate job: documents are related by the new model before the switch, and after it these edges are in force', async () => {
    const ids = await library(5);
    expect(await listEdgesOf(kit.db, { ownerId: kit.ownerId, ids, limit: 100 })).toEqual([]);
    await finish();
    const inForce = await listEdgesOf(kit.db, { ownerId: kit.ownerId, ids, limit: 100 });
    const written = await kit.db.select().from(edges).where(eq(edges.model, NEW.id));
    expect(inForce).toHaveLength(written.length);
    expect(written.every(({ kind, model }) => kind === 'similar' && model === NEW.id)).toBe(true);
    for (const id of ids) expect(await rowOf(id)).toMatchObject({ relatedAt: expect.any(Number) });
  });

  test('relate job: a document whose edges cannot be written does not hold up the switch', async () => {
    const [id] = (await library(2)) as [string];
    await kit.deliver(await firstJob());
    // Nothing can be compared with these keywords.
    await kit.db
      .update(resources)
      .set({ keywords: {} as never })
      .where(eq(resources.id, id));
    await finish();
    expect(await rowOf(id)).toMatchObject({ error: null, relatedAt: expect.any(Number) });
    expect(kit.log.lines.filter((line) => line.message === 'document failed').length).toBeGreaterThan(5);
    expect(await kit.states()).toMatchObject({ new: 'active' });
  });
});

describe('models sweep', () => {
  test('models sweep: without a request it starts nothing', async () => {
    await kit.process();
    await kit.sweep.advance();
    expect(await kit.unfinished()).toEqual([]);
    expect(await kit.states()).toEqual({ old: 'active' });
  });

  test('models sweep: of several workers one starts the job', async () => {
    await library(3);
    await Promise.all(Array.from({ length: 5 }, () => kit.anotherSweep().advance()));
    expect(await kit.unfinished()).toHaveLength(1);
    expect(kit.published).toHaveLength(1);
    await kit.sweep.advance();
    expect(await kit.unfinished()).toHaveLength(1);
  });

  test('models sweep: an empty library switches at once, and the vectors of the retired model go a day later', async () => {
    const id = await kit.process();
    await kit.requestSwitch();
    await finish();
    expect(await kit.states()).toEqual({ old: 'retired', new: 'active' });
    await kit.sweep.purge();
    expect(await findResourceEmbedding(kit.db, { resourceId: id, model: OLD.id })).toBeDefined();
    kit.clock.advance(RETIRED_KEPT_MS);
    await kit.sweep.purge();
    expect(await kit.states()).toEqual({ new: 'active' });
    expect(await findResourceEmbedding(kit.db, { resourceId: id, model: OLD.id })).toBeUndefined();
    expect(await rowOf(id)).toMatchObject({ error: null });
  });

  test('models sweep: a document that a worker finished for the model before the switch only gets the vectors of the active one', async () => {
    await library(1);
    await finish();
    expect(await kit.states()).toEqual({ old: 'retired', new: 'active' });
    const late = await kit.process();
    const fresh = newStages(kit.clock.now());
    await insertStages(
      kit.db,
      late,
      everyStage((stage) => ({ ...fresh[stage], status: 'completed' })),
    );
    await kit.sweep.advance();
    expect(await kit.unfinished()).toEqual([]);
    // The first round embeds, the second relates.
    for (let round = 0; round < 2; round += 1) {
      await Promise.all([kit.sweep.repair(), kit.anotherSweep().repair()]);
      expect(await kit.unfinished()).toHaveLength(1);
      for (const id of await kit.due()) await kit.deliver(id);
    }
    expect(await rowOf(late)).toMatchObject({ error: null, relatedAt: expect.any(Number) });
    expect((await kit.embedded()).find(({ id }) => id === late)?.vectors).not.toEqual([]);
    await kit.sweep.repair();
    expect(await kit.unfinished()).toEqual([]);
  });

  test('models sweep: a model that fails for most documents is not switched to, which is logged once', async () => {
    await library(2);
    kit.hooks.embed = () => Promise.reject(new Error('index out of bounds'));
    await finish();
    await kit.sweep.advance();
    expect(await kit.states()).toEqual({ old: 'active', new: 'building' });
    const lines = kit.log.lines.filter(({ message }) => message.includes('is not switched'));
    expect(lines).toMatchObject([{ fields: { model: NEW.id } }]);
  });

  test('models sweep: a worker that stops purges nothing more, and a database that is away is logged', async () => {
    kit.stopping.abort();
    await kit.sweep.purge();
    kit.database.disconnect();
    await kit.sweep.advance();
    expect(kit.log.lines.map((line) => line.message)).toContain('the models could not be swept');
    await kit.close();
    kit = await createModelChangeKit();
  });
});
