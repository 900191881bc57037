import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

const MASTER = 'the-master-key-of-these-tests-is-long';
const admin = { 'X-API-Key': MASTER };

let app: TestApp;
let owner: Record<string, string>;
beforeAll(async () => {
  app = await createTestApp({ env: { MASTER_API_KEY: MASTER } });
  owner = await app.login();
});
afterAll(() => app.close());

interface Answer {
  readonly version?: number;
  readonly detail?: string;
  readonly type?: string;
  readonly errors?: readonly { readonly path: string }[];
}
async function call(method: string, path: string, headers: Record<string, string>, body?: unknown) {
  const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const response = await app.request(path, {
    method,
    headers: { ...json, ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Answer & { categories: { id: string }[] };
  return { status: response.status, etag: response.headers.get('etag'), answer };
}
const put = (categories: unknown, headers: Record<string, string> = {}, more: object = {}) =>
  call('PUT', '/taxonomy', { ...admin, ...headers }, { categories, ...more });
const read = () => call('GET', '/taxonomy', owner);
const leaf = (id: string) => ({ id, label: id });

test('PUT /taxonomy: what GET answers is taken as it is, and the ETag of both is the version', async () => {
  const made = await put([{ ...leaf('a'), keywords: ['ice'], children: [leaf('a.b')] }]);
  expect([made.status, made.etag]).toEqual([200, `"${made.answer.version}"`]);
  const { answer, etag } = await read();
  expect(etag).toBe(made.etag);
  const again = await call('PUT', '/taxonomy', { ...admin, 'If-Match': etag ?? '' }, answer);
  expect([again.status, again.etag]).toEqual([200, etag]);
  expect(again.answer.categories).toEqual(answer.categories);
});

test.each([
  ['the latest version', (version: number) => `"${version}"`, 200],
  ['a list with it', (version: number) => `"${version - 1}", "${version}"`, 200],
  ['any version', () => '*', 200],
  ['an earlier version', (version: number) => `"${version - 1}"`, 412],
  ['the version as a weak tag', (version: number) => `W/"${version}"`, 412],
  ['a tag of something else', () => '"abc"', 412],
  ['nothing', () => '', 412],
])('PUT /taxonomy: If-Match with %s', async (name, tagsOf, status) => {
  const { answer } = await put([leaf('a')]);
  const before = await read();
  const id = `of-${name.replaceAll(' ', '-')}`;
  const result = await put([leaf(id)], { 'If-Match': tagsOf(answer.version ?? 0) });
  expect(result.status).toBe(status);
  if (status === 412) expect(result.answer.type).toBe('urn:pharos:error:precondition_failed');
  expect((await read()).answer.categories.map((one) => one.id)).toEqual(
    status === 200 ? [id] : before.answer.categories.map((one) => one.id),
  );
});

test('PUT /taxonomy: a version in the body that is not the latest is 412, and names the field', async () => {
  const { answer } = await put([leaf('a')]);
  const { status, answer: problem } = await put([leaf('b')], {}, { version: (answer.version ?? 0) + 1 });
  expect([status, problem.errors?.[0]?.path]).toEqual([412, 'version']);
  const both = await put([leaf('b')], { 'If-Match': `"${answer.version}"` }, { version: 0 });
  expect(both.status).toBe(412);
});

test('PUT /taxonomy: credentials without the scope admin are 403 before the body is read', async () => {
  for (const headers of [owner, {}]) {
    const { status } = await call('PUT', '/taxonomy', headers, 'not json at all');
    expect(status).toBe(headers === owner ? 403 : 401);
  }
  expect((await call('GET', '/admin/taxonomy', owner)).status).toBe(403);
});

test('PUT /taxonomy: a tree of 900 KB is read, one of over 1 MB is 413', async () => {
  const tree = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ ...leaf(`c-${n}`), examples: Array.from({ length: 10 }, () => 'x'.repeat(290)) }));
  expect((await put(tree(300))).status).toBe(200);
  expect((await put(tree(400))).status).toBe(413);
});
