/** The typed client against the real app. */
import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, PharosError } from '../../clients/typescript/src/index.ts';
import { TAKES_IDEMPOTENCY_KEY } from '../../clients/typescript/src/retry.ts';
import { replaceChunks } from '../../src/kernel/db/chunks.ts';
import { updateResource } from '../../src/kernel/db/resources.ts';
import { resources } from '../../src/kernel/db/schema.sqlite.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { newLogin, typedClient } from '../support/kits/typed-client.ts';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

const text = () => `Glaciers are slow rivers of ice, made of snow that has lain for many winters. ${randomUUID()}`;
const problemOf = (promise: Promise<unknown>): Promise<PharosError> =>
  promise.then(
    () => expect.fail('the request succeeded'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(PharosError);
      return error as PharosError;
    },
  );

test('client: creates, reads, changes and deletes a resource by typed calls', async () => {
  const { pharos } = typedClient(app, await newLogin(app));
  const { id, status } = await pharos.create({ content: text(), title: 'Ice', tags: ['snow'] });
  expect(status).toBe('pending');
  const params = { path: { id } };
  expect((await pharos.get('/resources/{id}', { params })).title).toBe('Ice');
  const changed = await pharos.patch('/resources/{id}', { params, body: { title: 'Old ice' } });
  expect([changed.title, changed.tags]).toEqual(['Old ice', ['snow']]);
  expect(await pharos.delete('/resources/{id}', { params })).toBeUndefined();
  expect(await problemOf(pharos.get('/resources/{id}', { params }))).toMatchObject({ status: 404, code: 'not_found' });
});

test('client: a refused field is a PharosError that names field, request and status', async () => {
  const { pharos } = typedClient(app, await newLogin(app));
  const error = await problemOf(pharos.create({ content: text(), title: 't'.repeat(1_000) }));
  expect(error).toMatchObject({
    name: 'PharosError',
    status: 422,
    code: 'invalid_input',
    requestId: expect.stringMatching(/\S/),
  });
  expect(error.errors).toEqual([{ path: 'title', message: expect.stringMatching(/\S/) }]);
  expect(error.message).toBe(error.detail);
});

test('client: iterates over every page of resources, newest first', async () => {
  const { pharos, pathsSent } = typedClient(app, await newLogin(app));
  const ids: string[] = [];
  for (let count = 0; count < 5; count++) {
    app.clock.advance(1);
    ids.push((await pharos.create({ content: text(), tags: ['paged'] })).id);
  }
  const found: string[] = [];
  for await (const { id } of pharos.resources({ limit: 2, tag: 'paged' })) found.push(id);
  expect(found).toEqual(ids.toReversed());
  expect(pathsSent().filter((sent) => sent === 'GET /resources')).toHaveLength(3);
});

test('client: reads the original, the text and the chunks of a document back', async () => {
  const { pharos } = typedClient(app, await newLogin(app));
  const content = text();
  const { id } = await pharos.upload(new File([content], 'Größe.md', { type: 'text/markdown' }));
  const file = await pharos.content(id);
  expect([file.name, file.type, await file.text()]).toEqual(['Größe.md', 'text/markdown', content]);
  const [row] = await app.services.db.select().from(resources).where(eq(resources.id, id));
  const ownerId = row?.ownerId ?? '';
  expect(await problemOf(pharos.text(id))).toMatchObject({ status: 404 });
  await updateResource(app.services.db, { id, ownerId }, { text: '# Ice', textFormat: 'markdown', wordCount: 1 });
  await replaceChunks(
    app.services.db,
    id,
    Array.from({ length: 120 }, (_, position) => ({
      ...{ id: `${id}-${position}`, resourceId: id, ownerId, position, text: 'Ice', context: '', headingPath: [] },
      ...{ charStart: 2, charEnd: 5, pageStart: null, pageEnd: null, wordCount: 1 },
    })),
  );
  expect(await pharos.text(id)).toBe('# Ice');
  const positions: number[] = [];
  for await (const { position } of pharos.chunks(id)) positions.push(position);
  expect(positions).toEqual(Array.from({ length: 120 }, (_, position) => position));
  await expect(pharos.content('..')).rejects.toThrow(TypeError);
});

test('client: every operation that takes an Idempotency-Key gets one, and no other does', async () => {
  const document = (await (await app.request('/openapi.json')).json()) as {
    paths: Record<string, Record<string, { parameters?: { name: string }[] }>>;
  };
  const taking = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).some(({ parameters = [] }) => parameters.some(({ name }) => name === 'idempotency-key')) ? [path] : [],
  );
  expect([...TAKES_IDEMPOTENCY_KEY].sort()).toEqual(taking.sort());
  const { pharos, sent } = typedClient(app, await newLogin(app));
  const content = text();
  expect((await pharos.create({ content })).isNew).toBe(true);
  expect((await pharos.create({ content })).isNew).toBe(false);
  const keys = sent.filter(({ path }) => path === '/resources').map(({ headers }) => headers.get('idempotency-key'));
  expect(keys).toEqual([expect.stringMatching(/^[\da-f]{32}$/), expect.stringMatching(/^[\da-f]{32}$/)]);
  expect(keys[0]).not.toBe(keys[1]);
});

test('client: an idempotency key of the caller repeats the answer', async () => {
  const { pharos } = typedClient(app, await newLogin(app));
  const idempotencyKey = randomUUID();
  const resource = { content: text() };
  const first = await pharos.create(resource, { idempotencyKey });
  expect((await pharos.create(resource, { idempotencyKey })).id).toBe(first.id);
  const other = await problemOf(pharos.create({ content: text() }, { idempotencyKey }));
  expect(other.errors[0]?.path).toBe('Idempotency-Key');
});

test('upload: a file from the disk is sent with its fields, and progress reaches its size', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pharos-client-'));
  try {
    const path = join(folder, 'ice.md');
    await writeFile(path, `# Ice\n\n${text()}\n`.repeat(3_000));
    const { pharos } = typedClient(app, await newLogin(app));
    const file = await openAsBlob(path);
    const seen: { loaded: number; total: number }[] = [];
    const { id } = await pharos.upload(file, {
      filename: 'a "cold" file.md',
      title: 'Eis',
      tags: ['a', 'b'],
      metadata: { shelf: 3 },
      onProgress: (sent) => seen.push(sent),
    });
    const resource = await pharos.get('/resources/{id}', { params: { path: { id } } });
    expect(resource).toMatchObject({ title: 'Eis', tags: ['a', 'b'], metadata: { shelf: 3 } });
    expect(resource.content_type).toContain('text/markdown');
    expect(seen.at(0)).toEqual({ loaded: 0, total: file.size });
    expect(seen.at(-1)).toEqual({ loaded: file.size, total: file.size });
    expect(seen.map(({ loaded }) => loaded)).toEqual(seen.map(({ loaded }) => loaded).toSorted((a, b) => a - b));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('upload: a large file goes to the signed address, without credentials of the client', async () => {
  const { pharos, sent } = typedClient(app, await newLogin(app), (request, pass) =>
    new URL(request.url).pathname === '/uploads'
      ? Response.json({ id: 'x', status: 'pending', progress_url: '', events_url: '' }, { status: 202 })
      : pass(),
  );
  await pharos.upload(new File([new Uint8Array(10 * 1024 * 1024)], 'big.txt', { type: 'text/plain' }));
  const put = sent.find(({ method }) => method === 'PUT');
  expect(put?.headers.get('authorization')).toBeNull();
  expect(put?.headers.get('content-type')).toBe('text/plain');
});

test('upload: a large file goes as a form where the worker cannot be reached', async () => {
  const { pharos, pathsSent } = typedClient(app, { ...(await newLogin(app)), retries: 0 }, (request, pass) => {
    if (new URL(request.url).pathname === '/uploads') throw new TypeError('fetch failed');
    return pass();
  });
  const { id } = await pharos.upload(new File([text().repeat(120_000)], 'big.txt', { type: 'text/plain' }));
  expect(id).toMatch(/\S/);
  expect(pathsSent().slice(-3)).toEqual(['POST /resources/upload-url', 'PUT /uploads', 'POST /resources/upload']);
});

test('createClient: wrong options are a TypeError that names them', () => {
  const url = 'http://localhost:8000';
  for (const [options, message] of [
    [{ url: 'localhost:8000' }, /^url: expected/],
    [{ url: 'http://a:b@localhost' }, /^url: expected [^:]*:\/\/localhost:8000, not one with credentials$/],
    [{ url: 'http://:b@localhost' }, /^url: expected [^:]*:\/\/localhost:8000, not one with credentials$/],
    [{ url: 'file:///etc' }, /^url: expected/],
    [{ url, apiKey: 'a', username: 'b', password: 'c' }, /^apiKey, username: give one/],
    [{ url, username: 'b' }, /^username, password: give both/],
    [{ url, apiKey: 'a', store: { load: () => undefined, save: () => undefined } }, /^apiKey, store/],
    [{ url, retries: -1 }, /^retries: expected/],
    [{ url, timeout: Number.NaN }, /^timeout: expected/],
  ] as const) {
    expect(() => createClient(options)).toThrow(message);
  }
});
