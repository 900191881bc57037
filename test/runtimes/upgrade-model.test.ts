/** `npm start` on the database of November 2026, whose documents are embedded by the default model of that time. */
import { count, eq } from 'drizzle-orm';
import { afterEach, expect, test, vi } from 'vitest';
import { chunkVectors, resourceEmbeddings } from '../../src/kernel/db/schema.sqlite.ts';
import { modelStatuses } from '../../src/services/models/list-models.ts';
import { purgeRetired } from '../../src/services/models/purge-retired.ts';
import { createClient } from '../support/kits/client.ts';
import { openFixtureDatabase } from '../support/kits/fixture-database.ts';
import { startPharos } from '../support/servers/servers.ts';

const OLD = 'pharos-static-192';
const NEW = 'all-MiniLM-L6-v2';
const [DAY_MS, HOUR_MS] = [86_400_000, 3_600_000];

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

test('upgrade: the first start moves to the new default model; the old one answers until then, and its vectors go a day later', async () => {
  const { database, url, credentials, close } = await openFixtureDatabase('2026-11');
  open.push(close);
  const { db } = database;
  // Holds up the change for as long as the test looks at its beginning.
  await database.statement(
    "create trigger hold before insert on jobs when new.kind = 'embed' begin select raise(abort, 'held by the test'); end",
  );
  const pharos = await startPharos({ ...credentials.env, DATABASE_URL: url, LOG_LEVEL: 'info' });
  open.push(() => pharos.stop());
  const client = createClient(pharos.url);
  client.authorize(credentials.keys.full.key);
  const vectorsOf = async (model: string) =>
    (await db.select({ count: count() }).from(chunkVectors).where(eq(chunkVectors.model, model)))[0]?.count ?? 0;
  const states = async () => (await modelStatuses(db)).map(({ name, state }) => `${name} ${state}`);
  /** By meaning alone, so that a hit has a vector by the model that answered. */
  async function search(question: string): Promise<string[]> {
    const { status, body } = await client.search(question, { mode: 'semantic', limit: '100' });
    expect([status, body.degraded ?? false]).toEqual([200, false]);
    return body.hits.map(({ resource_id }) => resource_id);
  }
  const { markdown, plain, html } = credentials.resources;

  // The stages of the two documents that the old version left pending and processing run at this start, for both models.
  await vi.waitFor(async () => expect(pharos.logs()).toContain('held by the test'), { timeout: 60_000 });
  expect(await states()).toEqual([`${OLD} active`, `${NEW} building`]);
  const [, target] = await modelStatuses(db);
  const id = target?.id as string;
  expect(target?.activationRequestedAt).toEqual(expect.any(Number));
  const before = await search('glaciers, rivers and the valleys that they carve');
  for (const resource of [markdown, plain, html]) expect(before).toContain(resource.id);
  const done = await db.select().from(resourceEmbeddings).where(eq(resourceEmbeddings.model, id));
  expect(done.map(({ resourceId }) => resourceId)).not.toContain(markdown.id);

  await database.statement('drop trigger hold');
  await expect.poll(states, { timeout: 60_000 }).toEqual([`${NEW} active`, `${OLD} retired`]);
  const [active, old] = await modelStatuses(db);
  expect(active).toMatchObject({ id, percent: 100, documents: { failed: 0 } });
  expect(await search('glaciers, rivers and the valleys that they carve')).toEqual(expect.arrayContaining(before));

  // A day later nothing of the old model is left, and whatever is found is found by the new one.
  const retiredAt = old?.retiredAt as number;
  expect(await purgeRetired(db, retiredAt + DAY_MS - HOUR_MS)).toBeUndefined();
  expect(await vectorsOf(OLD)).toBeGreaterThan(0);
  while ((await purgeRetired(db, retiredAt + DAY_MS)) !== undefined);
  expect(await vectorsOf(OLD)).toBe(0);
  expect(await states()).toEqual([`${NEW} active`]);
  const after = await vi.waitUntil(
    async () => {
      const found = await search(`glaciers and rivers that carve valleys ${Math.random()}`);
      return found.length > 0 && found;
    },
    { timeout: 30_000 },
  );
  for (const resource of [markdown, plain, html]) expect(after).toContain(resource.id);
});
