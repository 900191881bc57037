/** Property: whatever happens while documents are embedded for another model, each ends with one row and the right vectors. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError, StageError } from '../../src/kernel/core/errors.ts';
import { nextStep } from '../../src/services/models/switch-when-complete.ts';
import { DIED_TWICE, LOAD_FAILED } from '../../worker-node/embedder/inference.ts';
import { onServer } from '../support/kits/database.ts';
import { createModelChangeKit, type ModelChangeKit, NEW, vectorOf } from '../support/kits/model-change.ts';
import { LEASE_MS } from '../support/kits/pipeline.ts';

/** What happens while a document is embedded. `die`: its worker disappears. `overtaken`: its lease lapses, another claims the job. */
const EVENTS = [
  ...['none', 'none', 'add', 'replace', 'replace', 'delete', 'die', 'die', 'stop', 'overtaken'],
  ...['other worker', 'other worker', 'crash', 'permanent', 'fault', 'outage', 'sweep'],
] as const;
type Event = (typeof EVENTS)[number];

class Death extends Error {}

/** One delivery in progress; a delivery can happen within another. */
interface Delivery {
  readonly stop: AbortController;
  readonly die: () => void;
}

async function play(kit: ModelChangeKit, documents: number, events: Event[]): Promise<void> {
  const ids: string[] = [];
  const deliveries: Delivery[] = [];
  for (let n = 0; n < documents; n += 1) ids.push(await kit.process());
  await kit.requestSwitch();
  let turns = 0;
  const anyId = () => ids[turns++ % Math.max(1, ids.length)];

  async function deliver(jobId: string): Promise<void> {
    const death = Promise.withResolvers<Death>();
    const delivery = { stop: new AbortController(), die: () => death.resolve(new Death()) };
    deliveries.push(delivery);
    const outcome = await Promise.race([kit.deliver(jobId, delivery.stop.signal), death.promise]);
    deliveries.splice(deliveries.indexOf(delivery), 1);
    if (outcome instanceof Death) kit.clock.advance(LEASE_MS + 1);
  }

  async function happen(event: Event): Promise<void> {
    const current = deliveries.at(-1);
    switch (event) {
      case 'add':
        return void ids.push(await kit.process());
      case 'replace': {
        const id = anyId();
        return void (id !== undefined && (await kit.process(id, 1 + (turns % 3))));
      }
      case 'delete': {
        const id = anyId();
        return void (id !== undefined && (await kit.remove(id)));
      }
      case 'die':
        current?.die();
        return new Promise(() => {});
      case 'stop':
        return current?.stop.abort();
      case 'overtaken':
        kit.clock.advance(LEASE_MS + 1);
        for (const id of await kit.due()) await deliver(id);
        return;
      case 'other worker':
        for (const id of await kit.due()) await deliver(id);
        return;
      case 'sweep':
        return kit.anotherSweep().advance();
      case 'crash':
        throw new AppError('unavailable', DIED_TWICE);
      case 'permanent':
        throw new StageError('permanent', 'Never');
      case 'fault':
        throw new TypeError('oops');
      case 'outage':
        throw new AppError('unavailable', LOAD_FAILED);
      case 'none':
        return;
    }
  }

  kit.hooks.embed = async (_texts, signal) => {
    await happen(events.shift() ?? 'none');
    signal?.throwIfAborted();
  };
  const isOver = async () =>
    (await kit.states()).new === 'active' || ((await isUnfit(kit)) && (await kit.unfinished()).length === 0);
  for (let round = 0; !(await isOver()); round += 1) {
    expect(round).toBeLessThan(4 * (documents + events.length) + 100);
    await kit.sweep.advance();
    for (const id of await kit.due()) await deliver(id);
    kit.clock.advance(60_000);
  }
}

/** The model that gave up most documents does not become active. */
const isUnfit = async (kit: ModelChangeKit) => (await nextStep(kit.db)).step === 'unfit';

async function check(kit: ModelChangeKit): Promise<void> {
  const documents = await kit.embedded();
  const failed = documents.filter(({ row }) => row?.error).length;
  for (const { chunks, vectors, resourceVector, row } of documents) {
    expect(row).toBeDefined();
    if (row?.error) {
      expect([vectors, resourceVector]).toEqual([[], undefined]);
      continue;
    }
    expect(row?.relatedAt).toEqual(expect.any(Number));
    const expected = chunks.filter((text) => /[a-z]/.test(text)).map((text) => [text, [...vectorOf(NEW.id, text)]]);
    expect(vectors.toSorted()).toEqual(expected.toSorted());
    expect(resourceVector !== undefined).toBe(expected.length > 0);
  }
  // Nothing besides: one row a document, one vector a chunk.
  expect(await kit.rowsOfNew()).toEqual({
    rows: documents.length,
    vectors: documents.reduce((sum, { vectors }) => sum + vectors.length, 0),
    resourceVectors: documents.filter(({ resourceVector }) => resourceVector).length,
  });
  const isFit = failed <= documents.length - failed;
  expect(await kit.states()).toEqual(isFit ? { old: 'retired', new: 'active' } : { old: 'active', new: 'building' });
  expect(await kit.unfinished()).toEqual([]);
}

test('embed jobs: under any interleaving of workers, deaths, new, replaced and deleted documents each document ends with one row and its vectors', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 6 }),
      fc.array(fc.constantFrom(...EVENTS), { maxLength: 14 }),
      fc.integer({ min: 1, max: 3 }),
      async (documents, events, sliceSize) => {
        const kit = await createModelChangeKit({ sliceSize });
        try {
          await play(kit, documents, [...events]);
          await check(kit);
        } finally {
          await kit.close();
        }
      },
    ),
    {
      // What interleaves is the same on each database; on a server each statement is a round trip.
      numRuns: onServer ? 12 : 30,
      examples: [
        [4, ['other worker', 'die', 'replace', 'die'], 2],
        [3, Array<Event>(14).fill('die'), 2],
        [3, Array<Event>(14).fill('stop'), 1],
        [4, ['none', 'overtaken', 'delete', 'overtaken', 'replace'], 3],
      ],
    },
  );
});

test('embed jobs: workers, sweeps, ingestions and deletions side by side', async () => {
  const kit = await createModelChangeKit({ sliceSize: 2 });
  try {
    const ids: string[] = [];
    for (let n = 0; n < 12; n += 1) ids.push(await kit.process());
    await kit.requestSwitch();
    const worker = async () => {
      for (let look = 0; look < 12; look += 1) {
        await kit.sweep.advance();
        await Promise.all((await kit.due()).map((id) => kit.deliver(id)));
      }
    };
    const owner = async () => {
      for (const [n, id] of ids.entries()) await (n % 4 === 0 ? kit.remove(id) : kit.process(id, 1 + (n % 3)));
    };
    await Promise.all([worker(), worker(), owner()]);
    const isOver = async () =>
      (await kit.states()).new === 'active' || ((await isUnfit(kit)) && (await kit.unfinished()).length === 0);
    for (let round = 0; !(await isOver()); round += 1) {
      expect(round).toBeLessThan(100);
      kit.clock.advance(60_000);
      await worker();
    }
    await check(kit);
  } finally {
    await kit.close();
  }
});
