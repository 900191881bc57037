import { eq } from 'drizzle-orm';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resources } from '../../src/kernel/db/schema.sqlite.ts';
import { newStages, type StageStates } from '../../src/kernel/model/stages.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { freshId, seedResource, statesWith } from '../support/kits/jobs.ts';

let app: TestApp;
let headers: { Authorization: string };
beforeEach(async () => {
  app = await createTestApp();
  headers = await app.login();
});
afterEach(() => app.close());

const userOf = ({ Authorization }: { Authorization: string }) => String(decodeJwt(Authorization.slice(7)).user_id);
const seed = (states?: StageStates, owner = headers) =>
  seedResource({ db: app.database.db, clock: app.clock }, userOf(owner), states);
const get = async (path: string, as: Record<string, string> = headers) => {
  const response = await app.request(path, { headers: as });
  return { status: response.status, headers: response.headers, body: await response.json() };
};

describe('GET /resources/{id}/progress', () => {
  test('GET progress: shows all five stages of a resource', async () => {
    const id = await seed();
    await app.services.progress.begin(id, newStages(app.clock.now()));
    const now = new Date(app.clock.now()).toISOString();
    const { status, headers: answered, body } = await get(`/resources/${id}/progress`);
    expect(status).toBe(200);
    expect(answered.get('Cache-Control')).toBe('no-store');
    const idle = { started_at: null, finished_at: null, percent: 0, attempt: 0, message: null };
    expect(body).toEqual({
      resource_id: id,
      overall_status: 'pending',
      percent: 0,
      stages: { ingestion: 'pending', quality: 'pending', taxonomy: 'pending', graph: 'pending', embedding: 'pending' },
      detail: { ingestion: idle, quality: idle, taxonomy: idle, graph: idle, embedding: idle },
      error_message: null,
      updated_at: now,
      eta_seconds: null,
    });
  });

  test('GET progress: reads the database if the store has no record, and says degraded', async () => {
    const id = await seed(statesWith({ status: 'completed', percent: 100, attempt: 1 }));
    const { status, body } = await get(`/resources/${id}/progress`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ overall_status: 'completed', percent: 100, degraded: true, eta_seconds: 0 });
  });

  test('GET progress: 404 for a missing, malformed, foreign or deleted resource', async () => {
    const theirs = await seed(undefined, await app.login());
    const gone = await seed();
    await app.services.progress.begin(gone, newStages(0));
    await app.database.db.delete(resources).where(eq(resources.id, gone));
    for (const id of [theirs, gone, freshId(), 'nonsense', '%00']) {
      for (const path of ['progress', 'status', 'progress/events']) {
        const { status, body } = await get(`/resources/${id}/${path}`);
        expect(status).toBe(404);
        expect(body).toMatchObject({ status: 404, detail: 'There is no resource with this id' });
      }
    }
  });

  test('GET progress: 401 without credentials', async () => {
    const id = await seed();
    for (const path of [`/resources/${id}/progress`, `/resources/${id}/progress/events`, `/progress/events?ids=${id}`]) {
      expect((await get(path, {})).status).toBe(401);
    }
  });
});

describe('GET /resources/{id}/status', () => {
  const statusOf = async (states: StageStates) => (await get(`/resources/${await seed(states)}/status`)).body;

  test('GET status: gives earlier clients one status for all stages', async () => {
    expect(await statusOf(newStages(0))).toEqual({
      id: expect.any(String),
      ingestion_status: 'pending',
      ingestion_error: null,
      ingestion_started_at: null,
      ingestion_completed_at: null,
    });
    const done = { status: 'completed', startedAt: 5000, finishedAt: 6000 } as const;
    expect(await statusOf(statesWith(done, { ingestion: { startedAt: 1000 }, graph: { finishedAt: 9000 } }))).toMatchObject({
      ingestion_status: 'completed',
      ingestion_started_at: '1970-01-01T00:00:01.000Z',
      ingestion_completed_at: '1970-01-01T00:00:09.000Z',
    });
    expect(await statusOf(statesWith(done, { quality: { status: 'failed', message: 'No text' } }))).toMatchObject({
      ingestion_status: 'failed',
      ingestion_error: 'No text',
      ingestion_completed_at: null,
    });
  });
});
