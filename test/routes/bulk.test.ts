import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findJob } from '../../src/kernel/db/jobs.ts';
import { insertResource } from '../../src/kernel/db/resources.ts';
import { resources } from '../../src/kernel/db/schema.sqlite.ts';
import { findUsersByLogin } from '../../src/kernel/db/users.ts';
import { bulkChange } from '../../src/services/resources/bulk.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

type Headers = Record<string, string>;
interface Answer {
  readonly id: string;
  readonly key: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string }[];
}
let app: TestApp;
let ada: Headers;
beforeEach(async () => {
  app = await createTestApp({ env: { RATE_LIMIT_FREE_TIER: '100' } });
  ada = await app.login('ada');
});
afterEach(() => app.close());

const send = async (path: string, body: unknown, headers = ada) => {
  const response = await app.request(path, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer };
};
const bulk = (body: unknown, headers = ada) => send('/resources/bulk', body, headers);
const add = async (content: string, fields = {}) => (await send('/resources', { content, ...fields })).body.id;
const task = (id: string, headers = ada) => app.request(`/tasks/${id}`, { headers });

describe('POST /resources/bulk', () => {
  test('bulk: 202 with a task, which its owner alone can read', async () => {
    const ids = [await add('one'), await add('two')];
    const made = await bulk({ action: 'delete', ids: [...ids, ids[0]], expected_count: 2 });
    const expected = { id: expect.any(String), kind: 'resources.bulk', status: 'pending', done: 0, total: 2, errors: [] };
    expect([made.status, made.body]).toEqual([202, expected]);
    await app.background.settled();
    expect(app.published.at(-1)).toMatchObject({ job_id: made.body.id });
    const read = await task(made.body.id);
    expect([read.status, await read.json()]).toEqual([200, expected]);
    expect((await task(made.body.id, await app.login('eve'))).status).toBe(404);
    expect((await task(app.published[0]?.job_id ?? '')).status).toBe(404);
    expect((await task('01900000-0000-7000-8000-00000000dead')).status).toBe(404);
  });

  test('bulk: another count than expected is 409, for ids of others and unknown ones too, and starts nothing', async () => {
    const own = await add('one');
    const eve = await app.login('eve');
    const refused = [
      await bulk({ action: 'delete', ids: [own], expected_count: 2 }),
      await bulk({ action: 'delete', ids: [own, 'unknown'], expected_count: 2 }),
      await bulk({ action: 'delete', ids: [own], expected_count: 1 }, eve),
      await bulk({ action: 'delete', filter: { status: 'pending' }, expected_count: 2 }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([409, 409, 409, 409]);
    expect(refused[0]?.body.detail).toBe('That is 1 documents, not 2; nothing was changed');
    await app.background.settled();
    expect(app.published).toHaveLength(1);
  });

  test('bulk: an empty filter is 409', async () => {
    await add('one');
    const refused = await bulk({ action: 'delete', filter: {}, expected_count: 1 });
    expect([refused.status, refused.body.errors]).toEqual([
      409,
      [{ path: 'filter', message: 'must not be empty: it would name every document' }],
    ]);
  });

  test('bulk: a filter counts what GET /resources lists by it, and the task keeps it', async () => {
    await add('one', { tags: ['ice'], title: 'First' });
    await add('two', { tags: ['ice'], title: 'Second' });
    await add('three', { title: 'First of another kind' });
    const made = await bulk({ action: 'tag', filter: { tag: 'ice', q: 'first' }, add_tags: ['old'], expected_count: 1 });
    expect(made.status).toBe(202);
    const job = await findJob(app.services.db, made.body.id);
    expect(job?.payload).toMatchObject({ filter: { tag: 'ice', text: 'first' }, add_tags: ['old'] });
    expect((await bulk({ action: 'tag', filter: { min_quality: 0.5 }, add_tags: ['x'], expected_count: 1 })).status).toBe(409);
  });

  test('bulk: the filter is that of the list, with types, times and several values', async () => {
    await add('one', { tags: ['ice'], title: 'First' });
    await add('two', { tags: ['snow'], title: 'Second' });
    await add('three', { tags: ['rain'], title: 'Third' });
    const snow = await add('four', { tags: ['snow'], title: 'Vierter' });
    await app.services.db.update(resources).set({ language: 'de' }).where(eq(resources.id, snow));
    const at = new Date(app.clock.now() - 1).toISOString();
    const filters = [
      [{ tag: ['ice', 'snow'] }, 3],
      [{ language: 'german' }, 1],
      [{ language: ['French', 'DE'], tag: 'snow' }, 1],
      [{ title: 'ir' }, 2],
      [{ status: ['pending', 'processing'] }, 4],
      [{ type: ['text'], after: at }, 4],
      [{ after: at, tag: ['rain'] }, 1],
    ] as const;
    for (const [filter, count] of filters) {
      const query = new URLSearchParams(
        Object.entries(filter).flatMap(([name, value]) => [value].flat().map((one) => [name, one])),
      );
      const listed = await (await app.request(`/resources?total=true&${query}`, { headers: ada })).json();
      expect([filter, listed.total]).toEqual([filter, count]);
      const made = await bulk({ action: 'tag', filter, add_tags: ['old'], expected_count: count });
      expect([made.status, made.body.detail]).toEqual([202, undefined]);
      expect((await bulk({ action: 'delete', filter: { ...filter, before: at }, expected_count: count })).status).toBe(409);
    }
  });

  test.each([
    [{ action: 'delete', expected_count: 1 }, 'ids'],
    [{ action: 'delete', filter: { type: 'no type' }, expected_count: 1 }, 'type'],
    [{ action: 'delete', filter: { after: 'yesterday' }, expected_count: 1 }, 'filter.after'],
    [{ action: 'delete', filter: { min_quality: '1' }, expected_count: 1 }, 'filter.min_quality'],
    [{ action: 'delete', ids: ['a'], filter: { tag: 'a' }, expected_count: 1 }, 'ids'],
    [{ action: 'delete', ids: [], expected_count: 1 }, 'ids'],
    [{ action: 'delete', ids: Array(1001).fill('a'), expected_count: 1 }, 'ids'],
    [{ action: 'delete', ids: ['a'] }, 'expected_count'],
    [{ action: 'delete', ids: ['a'], expected_count: 0 }, 'expected_count'],
    [{ action: 'rename', ids: ['a'], expected_count: 1 }, 'action'],
    [{ action: 'tag', ids: ['a'], expected_count: 1 }, 'add_tags'],
    [{ action: 'delete', ids: ['a'], remove_tags: ['x'], expected_count: 1 }, 'remove_tags'],
    [{ action: 'tag', ids: ['a'], add_tags: ['x'], stages: ['graph'], expected_count: 1 }, 'stages'],
    [{ action: 'reprocess', ids: ['a'], stages: ['fly'], expected_count: 1 }, 'stages.0'],
    [{ action: 'delete', filter: { owner: 'eve' }, expected_count: 1 }, 'filter.owner'],
  ])('bulk: %j is 422 and names %s', async (body, path) => {
    const refused = await bulk(body);
    expect([refused.status, refused.body.errors?.[0]]).toMatchObject([422, { path }]);
  });

  test('bulk: deleting needs the scope resources:delete, tagging does not', async () => {
    const id = await add('one');
    const { key } = (await send('/auth/api-keys', { name: 'k', scopes: ['resources:read', 'resources:write'] })).body;
    const actor = await app.services.apiKeys.resolve(key);
    expect(actor?.scopes).toContain('resources:delete');
    const grant = { ...actor, scopes: ['resources:read', 'resources:write'] } as NonNullable<typeof actor>;
    const change = (action: 'delete' | 'tag') =>
      bulkChange(app.services, grant, {
        action,
        ids: [id],
        expected_count: 1,
        ...(action === 'tag' ? { add_tags: ['x'] } : {}),
      });
    await expect(change('delete')).rejects.toMatchObject({ code: 'forbidden' });
    expect(await change('tag')).toMatchObject({ status: 'pending', total: 1 });
  });

  test('bulk: costs one write for every ten documents, and more than is left is 429 and starts nothing', async () => {
    await app.services.db.transaction(async (tx) => {
      const [user] = await findUsersByLogin(tx, 'ada');
      for (let n = 0; n < 255; n++) await insertResource(tx, resource(`resource-${n}`, user?.id ?? ''));
    });
    const body = { action: 'delete', filter: { status: 'completed' }, expected_count: 255 };
    expect((await bulk(body)).status).toBe(202);
    const left = Number((await app.request('/auth/sessions', { headers: ada })).headers.get('x-ratelimit-remaining'));
    expect(left).toBe(100 - 26 - 1);
    const refused = await bulk(body);
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([429, true]);
    await app.background.settled();
    expect(app.published).toHaveLength(1);
  });
});

const resource = (id: string, ownerId: string) => ({
  id,
  ownerId,
  sourceKey: `test:${id}`,
  tags: [],
  metadata: {},
  edited: [],
  authors: [],
  keywords: [],
  categories: [],
  status: 'completed' as const,
  run: 1,
  createdAt: 1,
  updatedAt: 1,
});
