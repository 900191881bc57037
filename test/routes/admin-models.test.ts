import { afterEach, beforeEach, expect, test } from 'vitest';
import { putResourceEmbedding } from '../../src/kernel/db/resource-embeddings.ts';
import { chunks } from '../../src/kernel/db/schema.sqlite.ts';
import { activateModel } from '../../src/services/models/activate-model.ts';
import { addModel } from '../../src/services/models/add-model.ts';
import { retireModel } from '../../src/services/models/retire-model.ts';
import { insertDocument, insertUser, testModel } from '../support/fixtures/documents.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

const MASTER = 'the-master-key-of-these-tests-is-long';

let app: TestApp;
beforeEach(async () => {
  app = await createTestApp({ env: { MASTER_API_KEY: MASTER } });
});
afterEach(() => app.close());

const get = async (headers: Record<string, string>) => app.request('/admin/models', { headers });

test('GET /admin/models: lists models with coverage, failed documents and times, the active one first', async () => {
  const { db } = app.services;
  const context = { db, clock: app.clock };
  const at = new Date(app.clock.now()).toISOString();
  await activateModel(context, { ...testModel('old'), dimensions: 192, languages: ['en'] });
  await addModel(context, testModel('wrong'));
  await retireModel(context, 'wrong');
  await activateModel(context, testModel('new'));
  const ownerId = await insertUser(db);
  const ids: string[] = [];
  for (let n = 0; n < 23; n++) {
    const { id } = await insertDocument(db, ownerId);
    ids.push(id);
    await db.insert(chunks).values({
      ...{ id: `chunk-${n}`, resourceId: id, ownerId, position: 0, text: 'ice', context: '', headingPath: [] },
      ...{ charStart: 0, charEnd: 3, wordCount: 1 },
    });
    await putResourceEmbedding(db, { resourceId: id, ownerId, model: 'old', error: null, now: 0 });
  }
  await insertDocument(db, ownerId);
  for (const resourceId of ids.slice(0, 22))
    await putResourceEmbedding(db, { resourceId, ownerId, model: 'new', error: 'The model is broken', now: 0 });

  const response = await get({ 'X-API-Key': MASTER });
  expect(response.status).toBe(200);
  const { models } = (await response.json()) as { models: Record<string, unknown>[] };
  expect(models).toEqual([
    {
      ...{ id: 'old', name: 'old', state: 'active', dimensions: 192, languages: ['en'], activated_at: at },
      ...{ documents: { total: 23, embedded: 23, failed: 0, percent: 100 }, failed_document_ids: [] },
    },
    {
      ...{ id: 'new', name: 'new', state: 'building', activation_requested_at: at },
      documents: { total: 23, embedded: 0, failed: 22, percent: 95.6 },
      failed_document_ids: ids.slice(0, 22).toSorted().slice(0, 20),
    },
    {
      ...{ id: 'wrong', name: 'wrong', state: 'retired', retired_at: at },
      removed_at: new Date(app.clock.now() + 86_400_000).toISOString(),
      ...{ documents: { total: 23, embedded: 0, failed: 0, percent: 0 }, failed_document_ids: [] },
    },
  ]);
});

test('GET /admin/models: a database that no worker has used lists no model, and only admins may ask', async () => {
  expect(await (await get({ 'X-API-Key': MASTER })).json()).toEqual({ models: [] });
  expect((await get(await app.login())).status).toBe(403);
  expect((await get({})).status).toBe(401);
});
