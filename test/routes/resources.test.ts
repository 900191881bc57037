import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { categories, jobs } from '../../src/kernel/db/schema.sqlite.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { createTestLibrary, MODEL, send, type TestLibrary } from '../support/kits/library.ts';

let library: TestLibrary;
let ada: Actor;
let app: ReturnType<TestLibrary['appOf']>;
let bobs: ReturnType<TestLibrary['appOf']>;
beforeAll(async () => {
  library = await createTestLibrary();
  ada = await library.person('ada');
  app = library.appOf(ada);
  bobs = library.appOf(await library.person('bob'));
});
afterAll(() => library.close());

interface Problem {
  detail: string;
  errors?: { path: string; message: string }[];
}
const body = async <T = Record<string, unknown>>(response: Response | Promise<Response>) => (await (await response).json()) as T;
const post = async (resource: unknown, headers: Record<string, string> = {}) =>
  app.request('/resources', send(resource, headers));
const patch = async (id: string, changes: unknown) => app.request(`/resources/${id}`, { ...send(changes), method: 'PATCH' });
let count = 0;
const fresh = (text = 'Ice flows.') => `${text} ${++count}`;

test('POST /resources: 202 with the address of the resource and of its progress', async () => {
  const response = await post({ content: fresh(), title: 'Ice' });
  expect(response.status).toBe(202);
  const result = await body<{ id: string }>(response);
  const at = `https://pharos.example/resources/${result.id}`;
  expect(response.headers.get('location')).toBe(at);
  expect(result).toEqual({
    id: result.id,
    status: 'pending',
    progress_url: `${at}/progress`,
    events_url: `${at}/progress/events`,
  });
});

test('POST /resources: a duplicate is 200 with the id of the first, without Location', async () => {
  const resource = { content: fresh(), content_type: 'text/markdown' };
  const first = await body<{ id: string }>(post(resource));
  const again = await post(resource);
  expect([again.status, again.headers.get('location'), (await body<{ id: string }>(again)).id]).toEqual([200, null, first.id]);
});

test('POST /resources: an Idempotency-Key repeats the response and refuses another request', async () => {
  const resource = { content: fresh() };
  const headers = { 'Idempotency-Key': 'one' };
  const first = await post(resource, headers);
  const again = await post(resource, headers);
  expect(again.status).toBe(202);
  expect(await body(again)).toEqual(await body(first));
  const other = await post({ content: fresh() }, headers);
  expect(other.status).toBe(422);
  expect((await body<Problem>(other)).errors?.[0]?.path).toBe('Idempotency-Key');
  expect((await post(resource, { 'Idempotency-Key': 'x'.repeat(256) })).status).toBe(422);
});

test('GET /resources/{id}: has every known field and no nulls', async () => {
  const { id } = await body<{ id: string }>(
    post({ url: 'https://example.org/a#b', tags: ['x'], metadata: { deep: { a: [1] } } }),
  );
  const response = await app.request(`/resources/${id}`);
  expect(response.status).toBe(200);
  const text = await response.text();
  expect(text).not.toContain('null');
  expect(JSON.parse(text)).toMatchObject({
    id,
    status: 'pending',
    url: 'https://example.org/a#b',
    tags: ['x'],
    metadata: { deep: { a: [1] } },
    created_at: '2026-01-01T00:00:00.000Z',
  });
});

test('GET /resources/{id}: a quality dimension that was not measured has no score', async () => {
  const measure = { score: null, weight: 1, reasons: ['no date'] };
  const dimensions = {
    completeness: { score: 0.5, weight: 1, reasons: [] },
    credibility: measure,
    depth: measure,
    readability: measure,
    structure: measure,
    freshness: measure,
  };
  const id = await library.addDocument(ada, { passages: ['x'], fields: { quality: { total: 0.5, dimensions }, text: 'whole' } });
  const shown = await body<{ quality: { dimensions: Record<string, object> }; text: string }>(
    app.request(`/resources/${id}?include=text`),
  );
  expect(shown.quality.dimensions.freshness).toEqual({ weight: 1, reasons: ['no date'] });
  expect(shown.text).toBe('whole');
});

const REFUSED: [name: string, body: unknown, status: number, path: string][] = [
  ['no document', {}, 422, 'content'],
  ['two documents', { url: 'https://e.org', content: 'x' }, 422, 'url'],
  ['a type beside a URL', { url: 'https://e.org', content_type: 'text/html' }, 422, 'content_type'],
  ['empty content', { content: '' }, 422, 'content'],
  ['blank content', { content: ' \n\t ' }, 422, 'content'],
  ['NUL in content', { content: 'a\0b' }, 422, 'content'],
  ['NUL in a title', { content: 'a', title: 'a\0' }, 422, 'title'],
  ['NUL in a tag', { content: 'a', tags: ['ok', 'a\0'] }, 422, 'tags.1'],
  ['NUL in metadata', { content: 'a', metadata: { a: ['\0'] } }, 422, 'metadata.a.0'],
  ['a title of 10,000 characters', { content: 'a', title: 'x'.repeat(10_000) }, 422, 'title'],
  ['a blank title', { content: 'a', title: '  ' }, 422, 'title'],
  ['51 tags', { content: 'a', tags: Array.from({ length: 51 }, (_, i) => `${i}`) }, 422, 'tags'],
  ['a tag of 101 characters', { content: 'a', tags: ['x'.repeat(101)] }, 422, 'tags.0'],
  ['more than 64 KB of metadata', { content: 'a', metadata: { a: 'x'.repeat(70_000) } }, 422, 'metadata'],
  ['no media type', { content: 'a', content_type: 'markdown' }, 422, 'content_type'],
  ['an unknown field', { content: 'a', titel: 'typo' }, 422, 'titel'],
  ['a file URL', { url: 'file:///etc/passwd' }, 422, 'url'],
  ['credentials in a URL', { url: 'https://a:b@e.org/' }, 422, 'url'],
  ['an invalid URL', { url: 'not a url' }, 422, 'url'],
  ['a URL of 3,000 characters', { url: `https://e.org/${'x'.repeat(3_000)}` }, 422, 'url'],
  ['an invalid callback URL', { content: 'a', callback_url: 'ftp://e.org' }, 422, 'callback_url'],
  ['a number for a title', { content: 'a', title: 5 }, 422, 'title'],
  ['null for a title', { content: 'a', title: null }, 422, 'title'],
];

test.each(REFUSED)('POST /resources: %s is refused, naming the field', async (_name, resource, status, path) => {
  const response = await post(resource);
  const { errors, detail } = await body<Problem>(response);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect([response.status, errors?.[0]?.path]).toEqual([status, path]);
  expect(detail).toContain(path);
});

test.each([
  ['application/json', '{"content": "a"', 400],
  ['application/json', '', 400],
  ['application/json', '[1]', 422],
  ['application/json', '"x"', 422],
  ['application/json', 'null', 422],
  ['text/plain', 'hello', 415],
  ['application/x-www-form-urlencoded', 'content=a', 415],
  ['multipart/form-data', 'no boundary', 400],
  ['multipart/form-data; boundary=x', 'not a form', 400],
])('POST /resources: a %s body of %j is %i', async (type, text, status) => {
  const response = await app.request('/resources', { method: 'POST', headers: { 'Content-Type': type }, body: text });
  expect(response.status).toBe(status);
  expect(typeof (await body<Problem>(response)).detail).toBe('string');
});

test('POST /resources: a body without a Content-Type is 415', async () => {
  const response = await app.request('/resources', { method: 'POST', body: new TextEncoder().encode('{}') });
  expect(response.status).toBe(415);
});

test('POST /resources: more than 5 MB of content is 413, naming the path for larger files', async () => {
  const response = await post({ content: 'é'.repeat(2.7 * 1024 * 1024) });
  expect(response.status).toBe(413);
  expect((await body<Problem>(response)).detail).toContain('/resources/upload');
});

test('POST /resources: arbitrary JSON never gets a 500', async () => {
  const value = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constant('x'), fc.webUrl());
  const names = ['url', 'content', 'content_type', 'title', 'description', 'tags', 'metadata', 'callback_url', 'x'];
  const object = fc.dictionary(fc.constantFrom(...names), value);
  await fc.assert(
    fc.asyncProperty(object, async (resource) => {
      // 415: a content of control characters is no text.
      expect([200, 202, 413, 415, 422]).toContain((await post(resource)).status);
    }),
    { numRuns: 200, examples: [[{ content: '\u000e!' }]] },
  );
});

test('POST /resources/batch: each item gets the status it would have had alone', async () => {
  const content = fresh();
  const response = await app.request(
    '/resources/batch',
    send({
      resources: [{ content }, { content }, { content: '' }, 5, { content: 'a', zzz: 1 }, { content: 'x'.repeat(6_000_000) }],
    }),
  );
  expect(response.status).toBe(200);
  const { resources } = await body<{ resources: { http_status: number; id?: string; errors?: { path: string }[] }[] }>(response);
  expect(resources.map((one) => one.http_status)).toEqual([202, 200, 422, 422, 422, 413]);
  expect(resources[1]?.id).toBe(resources[0]?.id);
  expect([resources[2]?.errors?.[0]?.path, resources[4]?.errors?.[0]?.path]).toEqual(['content', 'zzz']);
});

test.each([
  [{ resources: [] }],
  [{ resources: Array(101).fill({ content: 'a' }) }],
  [{}],
])('POST /resources/batch: a batch of the wrong size is 422', async (batch) => {
  const response = await app.request('/resources/batch', send(batch));
  expect([response.status, (await body<Problem>(response)).errors?.[0]?.path]).toEqual([422, 'resources']);
});

test('GET /resources: pages and filters', async () => {
  const eves = library.appOf(await library.person('eve'));
  const titles: string[] = [];
  for (let i = 0; i < 3; i++) {
    titles.unshift(`T${i}`);
    await eves.request('/resources', send({ content: fresh(), title: `T${i}`, tags: [i === 1 ? 'odd' : 'even'] }));
  }
  type Page = { resources: { title: string }[]; next_cursor?: string };
  const first = await body<Page>(eves.request('/resources?limit=2'));
  const second = await body<Page>(eves.request(`/resources?limit=2&cursor=${first.next_cursor}`));
  expect([...first.resources, ...second.resources].map((one) => one.title)).toEqual(titles);
  expect(second).not.toHaveProperty('next_cursor');
  for (const query of ['tag=odd', 'q=t1', 'q=T1&status=pending']) {
    expect((await body<Page>(eves.request(`/resources?${query}`))).resources.map((one) => one.title)).toEqual(['T1']);
  }
  expect(await body<Page>(eves.request('/resources?min_quality=0.1'))).toEqual({ resources: [] });
});

test.each([
  'limit=0',
  'limit=101',
  'limit=x',
  'status=done',
  'min_quality=2',
  'cursor=zzz',
  'content_type=pdf',
  'page=2',
  `tag=${'x'.repeat(101)}`,
])('GET /resources: %s is refused by its name', async (query) => {
  const response = await app.request(`/resources?${query}`);
  expect([response.status, (await body<Problem>(response)).errors?.[0]?.path]).toEqual([422, query.split('=')[0]]);
});

test('GET /resources: 21 values of a filter are refused with the number that may be', async () => {
  const response = await app.request(`/resources?${'language=en&'.repeat(21)}`);
  expect([response.status, (await body<Problem>(response)).errors]).toEqual([
    422,
    [{ path: 'language', message: 'must be one to 20 values of at most 35 characters each' }],
  ]);
});

test('PATCH /resources/{id}: changes fields and lists those set by hand', async () => {
  await library.db
    .insert(categories)
    .values({ id: 'science', label: 'Science', description: '', keywords: [], examples: [], position: 0 });
  const { id } = await body<{ id: string }>(post({ content: fresh() }));
  const response = await patch(id, { title: ' New ', tags: ['a'], category: 'science' });
  expect(response.status).toBe(200);
  expect(await body(response)).toMatchObject({
    title: 'New',
    tags: ['a'],
    category: 'science',
    edited: ['title', 'tags', 'category'],
  });
});

test.each([
  [{ category: 'nowhere' }, 'category'],
  [{ title: 'x'.repeat(501) }, 'title'],
  [{ status: 'completed' }, 'status'],
  [{}, 'json'],
  [{ tags: ['a\0'] }, 'tags.0'],
])('PATCH /resources/{id}: %j is refused', async (changes, path) => {
  const { id } = await body<{ id: string }>(post({ content: fresh() }));
  const response = await patch(id, changes);
  expect([response.status, (await body<Problem>(response)).errors?.[0]?.path]).toEqual([422, path]);
});

test('DELETE /resources/{id}: 204, then 404', async () => {
  const { id } = await body<{ id: string }>(post({ content: fresh() }));
  expect((await app.request(`/resources/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect((await app.request(`/resources/${id}`)).status).toBe(404);
  expect((await app.request(`/resources/${id}`, { method: 'DELETE' })).status).toBe(404);
});

test('POST /resources/{id}/reprocess: 409 during processing and 202 afterwards, with or without a body', async () => {
  const { id } = await body<{ id: string }>(post({ content: fresh() }));
  const again = (init: RequestInit) => app.request(`/resources/${id}/reprocess`, init);
  expect((await again({ method: 'POST' })).status).toBe(409);
  await library.db.update(jobs).set({ state: 'done' });
  const response = await again({ method: 'POST' });
  expect(response.status).toBe(202);
  expect(await body(response)).toMatchObject({ id, status: 'pending', stages: { length: 5 } });
  await library.db.update(jobs).set({ state: 'done' });
  expect((await again(send({ stages: ['graph'] }))).status).toBe(202);
  expect((await again(send({ stages: ['all'] }))).status).toBe(422);
  expect((await again({ method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: 'x' })).status).toBe(415);
});

test("resources: another owner's resource and a malformed id are 404 for every operation", async () => {
  const { id } = await body<{ id: string }>(post({ content: fresh() }));
  for (const target of [id, 'not-a-uuid', '%00', "'; drop table resources; --"]) {
    const path = `/resources/${encodeURIComponent(target)}`;
    for (const [suffix, init] of [
      ['', {}],
      ['', { method: 'DELETE' }],
      ['', { ...send({ title: 'x' }), method: 'PATCH' }],
      ['/reprocess', { method: 'POST' }],
      ['/similar', {}],
      ['/graph', {}],
    ] as const) {
      const response = await bobs.request(path + suffix, init);
      expect([path + suffix, response.status]).toEqual([path + suffix, 404]);
    }
  }
  expect((await app.request(`/resources/${id}`)).status).toBe(200);
});

test('GET similar and graph: respond in snake_case without nulls', async () => {
  const { edges } = await import('../../src/kernel/db/schema.sqlite.ts');
  const [a, b] = [await library.addDocument(ada, { passages: ['a'] }), await library.addDocument(ada, { passages: ['b'] })];
  const evidence = { cosine: 0.9, sharedKeywords: ['ice'], sameCategory: true };
  await library.db.insert(edges).values({
    sourceId: a,
    targetId: b,
    kind: 'similar',
    model: MODEL,
    ownerId: ada.userId,
    weight: 0.8,
    evidence,
    createdAt: 0,
  });
  const shown = { cosine: 0.9, shared_keywords: ['ice'], same_category: true };
  expect(await body(app.request(`/resources/${a}/similar`))).toEqual({
    resource_id: a,
    similar: [{ id: b, title: 'b', score: 0.8, evidence: shown }],
  });
  expect(await body(app.request(`/resources/${a}/graph?depth=2`))).toEqual({
    resource_id: a,
    depth: 2,
    nodes: [
      { id: a, title: 'a', depth: 0 },
      { id: b, title: 'b', depth: 1 },
    ],
    edges: [{ source: a, target: b, kind: 'similar', weight: 0.8, evidence: shown }],
    truncated: false,
  });
  expect((await app.request(`/resources/${a}/graph?depth=9`)).status).toBe(422);
});
