import { afterEach, beforeEach, expect, test } from 'vitest';
import { markDeleted } from '../../src/kernel/db/account-deletion.ts';
import { findJob } from '../../src/kernel/db/jobs.ts';
import { findUser } from '../../src/kernel/db/users.ts';
import { enqueueJob } from '../../src/kernel/jobs/outbox.ts';
import { DELETE_ACCOUNT, INSTALLATION } from '../../src/kernel/model/job-kinds.ts';
import { createDeleteAccountJob } from '../../worker-node/jobs/delete-account.ts';
import { freshId, seedOwner, seedResource } from '../support/kits/jobs.ts';
import { createPipelineKit, LEASE_MS, type PipelineKit } from '../support/kits/pipeline.ts';

let kit: PipelineKit;
let owner: string;
beforeEach(async () => {
  kit = await createPipelineKit([createDeleteAccountJob]);
  owner = await seedOwner(kit);
  for (let n = 0; n < 50; n++) await seedResource(kit, owner);
});
afterEach(() => kit.close());

async function deletion() {
  await markDeleted(kit.db, owner, kit.clock.now());
  const ids = { next: freshId };
  return enqueueJob(kit.db, { ...kit, ids }, { kind: DELETE_ACCOUNT, ownerId: INSTALLATION, payload: { user_id: owner } });
}

test('account.delete: removes all documents and the account, and is done', async () => {
  const job = await deletion();
  expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
  expect(await findUser(kit.db, owner)).toBeUndefined();
  expect((await findJob(kit.db, job.id))?.state).toBe('done');
});

test('account.delete: a worker that stops gives the job back, and the next one goes on', async () => {
  const job = await deletion();
  const stopped = new AbortController();
  stopped.abort();
  expect(await kit.deliver(job.id, stopped.signal)).toEqual({ kind: 'released' });
  expect(await findUser(kit.db, owner)).toBeDefined();
  expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
  expect(await findUser(kit.db, owner)).toBeUndefined();
});

test('account.delete: of a worker that died with the job, the lease lapses and another one finishes it', async () => {
  const job = await deletion();
  await kit.claim(job.id);
  expect(await kit.deliver(job.id)).toBeUndefined();
  kit.clock.advance(LEASE_MS + 1);
  expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
  expect(await findUser(kit.db, owner)).toBeUndefined();
});

test('account.delete: a job that names an account which was not deleted removes nothing', async () => {
  const ids = { next: freshId };
  const payload = { user_id: owner };
  const job = await enqueueJob(kit.db, { ...kit, ids }, { kind: DELETE_ACCOUNT, ownerId: INSTALLATION, payload });
  expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
  expect(await findUser(kit.db, owner)).toBeDefined();
});
