/** Documents that are processed at the same time find each other. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { putSource } from '../../src/kernel/db/resource-sources.ts';
import { edges } from '../../src/kernel/db/schema.sqlite.ts';
import { createDocumentReader } from '../../worker-node/ingest/document-reader.ts';
import { createProcessJob } from '../../worker-node/jobs/process.ts';
import { createJobHandler } from '../../worker-node/pipeline/job-handler.ts';
import { createPipeline } from '../../worker-node/pipeline/pipeline.ts';
import { createStageRunners } from '../../worker-node/stages/registry.ts';
import { randomIds as ids, manualClock, memoryLog } from '../support/fakes/doubles.ts';
import { oneEmbedder } from '../support/fakes/models.ts';
import { testConfig } from '../support/kits/config.ts';
import { openTestDatabase, type TestDatabase } from '../support/kits/database.ts';
import { seedJob, seedOwner } from '../support/kits/jobs.ts';
import { LEASE_MS } from '../support/kits/pipeline.ts';

const clock = manualClock();
const reader = createDocumentReader({ processes: 1 });
let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => {
  await reader.close();
  await database.close();
});

test('graph: of two documents that are embedded at the same moment, at least one finds the other', async () => {
  const { db } = database;
  const ownerId = await seedOwner({ db, clock });
  const both = Promise.withResolvers<void>();
  let begun = 0;
  const embed = async (texts: readonly unknown[]) => {
    begun += 1;
    if (begun === 2) both.resolve();
    await both.promise;
    return texts.map(() => Float32Array.of(1, 0));
  };
  const parts = { db, clock, ids, log: memoryLog(), leaseMs: LEASE_MS, random: Math.random };
  const fetchPage = () => Promise.reject(new Error('no page is fetched here'));
  const models = oneEmbedder({ model: 'pharos-static-192', embed });
  const runners = createStageRunners({ config: testConfig({}), db, clock, ids, fetchPage, reader, models });
  // Results wait for each other however slow the machine is.
  const job = createProcessJob({ ...parts, runners, progress: { report: () => {} }, holdMs: 600_000 });
  const handler = createJobHandler({ ...parts, pipeline: createPipeline({ ...parts, jobs: [job] }) });

  async function post(content: string) {
    const { id, resourceId } = await seedJob({ db, clock }, { ownerId });
    const source = { contentType: 'text/plain', filename: null, fetchedUrl: null, createdAt: clock.now() };
    await putSource(db, { ...source, body: Buffer.from(content), resourceId });
    return id;
  }
  const posted = [
    await post('A lighthouse guides ships home through the night, whatever the weather.'),
    await post('Ships are guided home by a light on a tower, even in the worst of storms.'),
  ];
  const outcomes = await Promise.all(posted.map((id) => handler.run({ job_id: id, owner_id: ownerId })));
  expect(outcomes).toEqual([{ kind: 'done' }, { kind: 'done' }]);
  const found = await db.select().from(edges);
  expect(found.filter(({ kind }) => kind === 'similar').length).toBeGreaterThan(0);
  await handler.drain(1000);
});
