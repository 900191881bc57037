import { and, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findJob } from '../../src/kernel/db/jobs.ts';
import { claimJob, deadLetterJob, finishJob, renewLease } from '../../src/kernel/db/leases.ts';
import { jobs, resourceStages } from '../../src/kernel/db/schema.sqlite.ts';
import { enqueueJob } from '../../src/kernel/jobs/outbox.ts';
import { INSTALLATION } from '../../src/kernel/model/job-kinds.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

const MASTER = 'the-master-key-of-these-tests-is-long';
const admin = { 'X-API-Key': MASTER };

let app: TestApp;
let owner: Record<string, string>;
beforeEach(async () => {
  app = await createTestApp({ env: { MASTER_API_KEY: MASTER } });
  owner = await app.login();
});
afterEach(() => app.close());

async function post(path: string, headers: Record<string, string>, body?: unknown) {
  const response = await app.request(path, {
    method: 'POST',
    headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>) };
}
const get = async (path: string, headers = admin as Record<string, string>) => (await app.request(path, { headers })).json();

/** Creates a document with its job. */
async function send(content = `A text about ${Math.random()} and nothing else`, more = {}) {
  const { body } = await post('/resources', owner, { content, content_type: 'text/plain', ...more });
  const id = body?.id as string;
  const [job] = await app.services.db.select().from(jobs).where(eq(jobs.resourceId, id));
  return { id, jobId: job?.id as string };
}
const lease = (jobId: string) => ({ jobId, holder: 'worker', now: app.clock.now(), leaseMs: 30_000 });
async function bury(jobId: string) {
  await claimJob(app.services.db, lease(jobId));
  await deadLetterJob(app.services.db, lease(jobId), { error: 'This is no document', now: app.clock.now() });
}
const progressOf = (id: string) => get(`/resources/${id}/progress`, owner);

describe('GET /admin/jobs', () => {
  test('GET /admin/jobs: names the document of a job by its title, else by its URL', async () => {
    const titled = await send(undefined, { title: 'Keeper’s log' });
    const { body } = await post('/resources', owner, { url: 'https://example.org/report' });
    const { jobs: listed } = await get('/admin/jobs?state=queued');
    const names = Object.fromEntries(
      listed.map((job: { resource_id: string; resource_name: string }) => [job.resource_id, job.resource_name]),
    );
    expect(names).toEqual({ [titled.id]: 'Keeper’s log', [body?.id as string]: 'https://example.org/report' });
  });

  test('GET /admin/jobs: lists dead jobs newest first, in pages, and jobs of another state on request', async () => {
    const sent = [await send(), await send(), await send()];
    for (const { jobId } of sent) {
      app.clock.advance(1000);
      await bury(jobId);
    }
    const waiting = await send();
    const first = await get('/admin/jobs?limit=2');
    expect(first.jobs).toHaveLength(2);
    expect(first.jobs[0]).toMatchObject({ state: 'dead', error: 'This is no document', attempt: 1, kind: 'resource.process' });
    const second = await get(`/admin/jobs?limit=2&cursor=${first.next_cursor}`);
    expect(second.next_cursor).toBeUndefined();
    const listed = [...first.jobs, ...second.jobs].map(({ resource_id: id }: { resource_id: string }) => id);
    expect(new Set(listed)).toEqual(new Set(sent.map(({ id }) => id)));
    const queued = await get('/admin/jobs?state=queued');
    expect(queued.jobs).toMatchObject([{ id: waiting.jobId, available_at: expect.any(String) }]);
    expect((await get(`/admin/jobs?owner_id=${queued.jobs[0].owner_id}`)).jobs).toHaveLength(3);
    expect((await get('/admin/jobs?owner_id=nobody')).jobs).toEqual([]);
  });

  test('GET /admin/jobs: shows jobs without a resource and of any kind, with their payload', async () => {
    const kind = { name: 'of.a.newer.version' };
    const payload = { pages: [1, 2] };
    const { id } = await enqueueJob(app.services.db, app.services, { kind, ownerId: INSTALLATION, payload });
    await send();
    const { jobs: listed } = await get(`/admin/jobs?state=queued&owner_id=${INSTALLATION}`);
    expect(listed).toMatchObject([{ id, kind: kind.name, payload, stages: [], state: 'queued' }]);
    expect('resource_id' in listed[0]).toBe(false);
  });

  test('/admin/jobs: 403 without the admin scope', async () => {
    for (const path of ['/admin/jobs', '/admin/jobs?state=queued']) {
      expect((await app.request(path, { headers: owner })).status).toBe(403);
    }
    expect((await post('/admin/jobs/x/retry', owner)).status).toBe(403);
    expect((await post('/admin/jobs/x/cancel', owner)).status).toBe(403);
  });
});

describe('GET /admin/jobs: failed_stage', () => {
  test('failed_stage: the stage of its own run at which a dead job ended, and none once a later run has passed it', async () => {
    const { id, jobId } = await send();
    await bury(jobId);
    const listed = async () => (await get('/admin/jobs')).jobs[0];
    const set = (stage: 'quality' | 'graph', status: 'failed' | 'completed', run: number) =>
      app.services.db
        .update(resourceStages)
        .set({ status, run, finishedAt: app.clock.now() })
        .where(and(eq(resourceStages.resourceId, id), eq(resourceStages.stage, stage)));
    expect(await listed()).not.toHaveProperty('failed_stage');
    await set('quality', 'failed', 1);
    await set('graph', 'failed', 2);
    expect(await listed()).toMatchObject({ id: jobId, failed_stage: 'quality' });
    await set('quality', 'completed', 2);
    expect(await listed()).not.toHaveProperty('failed_stage');
  });
});

describe('POST /admin/jobs/retry', () => {
  test('retry of many: dead jobs get new ones, page by page, and one that cannot is named and stays dead', async () => {
    const sent = [await send(), await send(), await send()];
    for (const { jobId } of sent) {
      app.clock.advance(1000);
      await bury(jobId);
    }
    await post(`/resources/${sent[1]?.id}/reprocess`, owner);
    await app.background.settled();
    app.published.splice(0);
    const first = await post('/admin/jobs/retry', admin, { limit: 2 });
    const second = await post('/admin/jobs/retry', admin, { limit: 2, cursor: first.body?.next_cursor });
    const answers = [first, second].map(({ status, body }) => [status, body?.retried]);
    expect(answers.map(([status]) => status)).toEqual([200, 200]);
    expect(answers.reduce((sum, [, retried]) => sum + Number(retried), 0)).toBe(2);
    const refused = [first, second].flatMap(({ body }) => body?.refused as { id: string; reason: string }[]);
    expect(refused).toEqual([{ id: sent[1]?.jobId, reason: 'The resource of this job is already being processed' }]);
    expect(second.body).not.toHaveProperty('next_cursor');
    expect((await get('/admin/jobs')).jobs).toMatchObject([{ id: sent[1]?.jobId }]);
    await app.background.settled();
    expect(app.published).toHaveLength(2);
    expect((await get('/admin/jobs?state=retried')).jobs).toHaveLength(2);
  });

  test('retry of many: no more than 50 in a request, and not without the admin scope', async () => {
    expect(await post('/admin/jobs/retry', admin, { limit: 51 })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'limit' }] },
    });
    expect(await post('/admin/jobs/retry', admin, { cursor: 'x' })).toMatchObject({ status: 422 });
    expect((await post('/admin/jobs/retry', owner, {})).status).toBe(403);
    expect(await post('/admin/jobs/retry', admin, {})).toEqual({ status: 200, body: { retried: 0, refused: [] } });
  });
});

describe('POST /admin/jobs/{id}/retry', () => {
  test('retry: a dead job gets a new job and leaves the list of dead jobs', async () => {
    const { id, jobId } = await send();
    await bury(jobId);
    app.published.splice(0);
    const { status, body } = await post(`/admin/jobs/${jobId}/retry`, admin);
    expect(status).toBe(202);
    expect(body).toMatchObject({ resource_id: id, stages: ['ingestion', 'quality', 'taxonomy', 'graph', 'embedding'] });
    await app.background.settled();
    expect(app.published).toMatchObject([{ job_id: body?.id }]);
    expect(await findJob(app.services.db, body?.id as string)).toMatchObject({ state: 'queued', attempt: 0 });
    expect((await get('/admin/jobs')).jobs).toEqual([]);
    expect((await get('/admin/jobs?state=retried')).jobs).toMatchObject([{ id: jobId }]);
    expect((await post(`/admin/jobs/${jobId}/retry`, admin)).status).toBe(409);
  });

  test('retry and cancel: a job without a resource is cancelled, and runs again as a new job of its kind', async () => {
    const kind = { name: 'of.a.newer.version' };
    const payload = { pages: [1, 2] };
    const { id } = await enqueueJob(app.services.db, app.services, { kind, ownerId: INSTALLATION, payload });
    expect(await post(`/admin/jobs/${id}/cancel`, admin)).toMatchObject({ status: 200, body: { id, state: 'cancelled' } });
    const { status, body } = await post(`/admin/jobs/${id}/retry`, admin);
    expect([status, body]).toEqual([202, { id: expect.any(String), stages: [] }]);
    await app.background.settled();
    expect(app.published.at(-1)).toEqual({ job_id: body?.id, owner_id: INSTALLATION });
    const retried = { kind: kind.name, payload, state: 'queued', attempt: 0, resourceId: null, ownerId: INSTALLATION };
    expect(await findJob(app.services.db, body?.id as string)).toMatchObject(retried);
    expect((await post(`/admin/jobs/${id}/retry`, admin)).status).toBe(409);
  });

  test('retry and cancel: the stages that this version knows of a job with a stage of a newer one', async () => {
    const { id, jobId } = await send();
    const payload = { stages: ['quality', 'cooking'], run: 1 };
    await app.services.db.update(jobs).set({ payload }).where(eq(jobs.id, jobId));
    expect((await post(`/admin/jobs/${jobId}/cancel`, admin)).body).toMatchObject({ stages: ['quality'], payload });
    expect(await progressOf(id)).toMatchObject({ stages: { quality: 'failed', ingestion: 'pending' } });
    expect((await post(`/admin/jobs/${jobId}/retry`, admin)).status).toBe(202);
    expect(await progressOf(id)).toMatchObject({ stages: { quality: 'pending' } });
  });

  test('retry: a processing job whose resource is gone is 404', async () => {
    const { jobId } = await send();
    await bury(jobId);
    await app.services.db.update(jobs).set({ resourceId: null }).where(eq(jobs.id, jobId));
    expect((await post(`/admin/jobs/${jobId}/retry`, admin)).status).toBe(404);
  });

  test('retry: a queued, completed or unknown job, or one whose resource is being processed, is refused', async () => {
    const { id, jobId } = await send();
    expect((await post(`/admin/jobs/${jobId}/retry`, admin)).body?.detail).toMatch(/queued/);
    await bury(jobId);
    // The owner has already started to process it again.
    await post(`/resources/${id}/reprocess`, owner);
    expect((await post(`/admin/jobs/${jobId}/retry`, admin)).status).toBe(409);
    // The refusal wrote nothing.
    expect(await findJob(app.services.db, jobId)).toMatchObject({ state: 'dead' });
    expect((await post('/admin/jobs/nothing/retry', admin)).status).toBe(404);
  });
});

describe('POST /admin/jobs/{id}/cancel', () => {
  test('cancel: a running job loses its lease, its unfinished stages fail and the callback is sent', async () => {
    const { id, jobId } = await send(undefined, { callback_url: 'https://receiver.example/hook' });
    await claimJob(app.services.db, lease(jobId));
    const { status, body } = await post(`/admin/jobs/${jobId}/cancel`, admin);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: jobId, state: 'cancelled', finished_at: expect.any(String) });
    expect(await renewLease(app.services.db, lease(jobId))).toBe(false);
    const progress = await progressOf(id);
    expect(progress).toMatchObject({ overall_status: 'failed', error_message: expect.stringContaining('Cancelled') });
    expect((await get('/callbacks', owner)).callbacks).toMatchObject([{ event: 'resource.failed', resource_id: id }]);
    expect((await post(`/admin/jobs/${jobId}/cancel`, admin)).status).toBe(409);
    // A cancelled job can be retried.
    expect((await post(`/admin/jobs/${jobId}/retry`, admin)).status).toBe(202);
    expect(await progressOf(id)).toMatchObject({ overall_status: 'pending' });
  });

  test('cancel: a finished or unknown job is refused', async () => {
    const { jobId } = await send();
    await claimJob(app.services.db, lease(jobId));
    await finishJob(app.services.db, lease(jobId), { state: 'done', now: app.clock.now() });
    expect((await post(`/admin/jobs/${jobId}/cancel`, admin)).body?.detail).toMatch(/done/);
    expect((await post('/admin/jobs/nothing/cancel', admin)).status).toBe(404);
  });

  test("POST /resources/{id}/cancel: stops the caller's resource once; another owner's resource is 404", async () => {
    const { id, jobId } = await send();
    expect((await post(`/resources/${id}/cancel`, await app.login())).status).toBe(404);
    expect((await post(`/resources/${id}/cancel`, owner)).status).toBe(204);
    expect(await findJob(app.services.db, jobId)).toMatchObject({ state: 'cancelled' });
    expect((await post(`/resources/${id}/cancel`, owner)).status).toBe(409);
    expect((await post(`/resources/${id}/reprocess`, owner)).status).toBe(202);
  });
});
