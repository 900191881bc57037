/** POST /resources/known: which files a caller has sent before. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KNOWN_HASHES } from '../../src/services/resources/known-resources.ts';
import { createTestLibrary, send, type TestLibrary } from '../support/kits/library.ts';

type App = ReturnType<TestLibrary['appOf']>;
interface Known {
  content_hash: string;
  id: string;
  status: string;
}

let library: TestLibrary;
let app: App;
let bobs: App;
beforeAll(async () => {
  library = await createTestLibrary();
  app = library.appOf(await library.person('ada'));
  bobs = library.appOf(await library.person('bob'));
});
afterAll(() => library.close());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const ask = (hashes: unknown, of = app) => of.request('/resources/known', send({ hashes }));
async function known(hashes: readonly string[], of = app): Promise<Known[]> {
  const response = await ask(hashes, of);
  expect(response.status).toBe(200);
  return ((await response.json()) as { resources: Known[] }).resources;
}
let count = 0;
const fresh = () => `Ice flows. ${++count}`;
async function create(content: string): Promise<string> {
  const { id } = (await (await app.request('/resources', send({ content }))).json()) as { id: string };
  return id;
}

test('POST /resources/known: names the resource of each hash, and leaves out what is new', async () => {
  const [one, two] = [fresh(), fresh()];
  const ids = [await create(one), await create(two)];
  const hashes = [sha256(one), sha256('never sent'), sha256(two), sha256(one)];
  const expected = [one, two].map((text, at) => ({ content_hash: sha256(text), id: ids[at], status: 'pending' }));
  expect((await known(hashes)).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(expected);
});

test("POST /resources/known: another owner's resources are unknown, and so are deleted ones", async () => {
  const text = fresh();
  const id = await create(text);
  expect(await known([sha256(text)], bobs)).toEqual([]);
  expect(await known([sha256(text)])).toHaveLength(1);
  await app.request(`/resources/${id}`, { method: 'DELETE' });
  expect(await known([sha256(text)])).toEqual([]);
});

test('POST /resources/known: answers as many hashes as it takes, of which the first and the last are known', async () => {
  const [first, last] = [fresh(), fresh()];
  const ids = [await create(first), await create(last)];
  const others = Array.from({ length: KNOWN_HASHES - 2 }, (_, at) => sha256(`other ${at}`));
  const found = await known([sha256(first), ...others, sha256(last)]);
  expect(new Set(found.map(({ id }) => id))).toEqual(new Set(ids));
});

test.each([
  [[], 'hashes'],
  [Array(KNOWN_HASHES + 1).fill(sha256('x')), 'hashes'],
  [[sha256('x'), 'abc'], 'hashes.1'],
  [[sha256('x').toUpperCase()], 'hashes.0'],
  ['x', 'hashes'],
])('POST /resources/known: invalid hashes (case %#) are 422 and name the field', async (hashes, path) => {
  const response = await ask(hashes);
  expect(response.status).toBe(422);
  expect(((await response.json()) as { errors: { path: string }[] }).errors[0]?.path).toBe(path);
});

test('property: a hash is known if and only if its text was sent', async () => {
  const texts = Array.from({ length: 8 }, fresh);
  const sent = new Map<string, string>();
  await fc.assert(
    fc.asyncProperty(fc.subarray(texts), fc.subarray(texts, { minLength: 1 }), async (toSend, toAsk) => {
      for (const text of toSend) sent.set(sha256(text), await create(text));
      const answer = new Map((await known(toAsk.map(sha256))).map(({ content_hash, id }) => [content_hash, id]));
      for (const hash of toAsk.map(sha256)) expect(answer.get(hash)).toBe(sent.get(hash));
    }),
    { numRuns: 15 },
  );
});
