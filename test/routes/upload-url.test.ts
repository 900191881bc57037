import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../../src/kernel/core/errors.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { createPresignedUploads, type UploadFields } from '../../src/kernel/worker-client/presigned-uploads.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

const WORKER_URL = 'https://worker.example/pharos';
const MB = 1024 * 1024;

let app: TestApp;
let ada: { Authorization: string };
beforeAll(async () => {
  app = await createTestApp({ env: { WORKER_URL } });
  ada = await app.login();
});
afterAll(() => app.close());

interface Problem {
  detail: string;
  errors?: { path: string }[];
}
const ask = (body: unknown, headers: Record<string, string> = ada) =>
  app.request('/resources/upload-url', {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const ticketOf = (url: string) => new URL(url).searchParams.get('ticket') as string;

test('POST /resources/upload-url: responds with an address at the worker for 15 minutes, not to be cached', async () => {
  const response = await ask({ filename: 'ice.md', title: 'Ice' });
  expect([response.status, response.headers.get('cache-control')]).toEqual([201, 'no-store']);
  const { upload_url, ...rest } = (await response.json()) as { upload_url: string };
  const expiresAt = new Date(Math.floor(app.clock.now() / 1000) * 1000 + 15 * 60_000).toISOString();
  expect(rest).toEqual({ method: 'PUT', expires_at: expiresAt });
  expect(upload_url).toMatch(/^https:\/\/worker\.example\/pharos\/uploads\?ticket=[\w-]+\.[\w-]+\.[\w-]+$/);
});

test('POST /resources/upload-url: the body is optional', async () => {
  const response = await app.request('/resources/upload-url', { method: 'POST', headers: ada });
  expect(response.status).toBe(201);
});

test('presigned upload: its token has the user, the login and the fields', async () => {
  const { config, clock, ids } = app.services;
  const said = { filename: 'ice.md', title: '  Ice ', tags: ['a', 'b'], metadata: { deep: { a: [1, null] } } };
  const { upload_url: url } = (await (await ask(said)).json()) as { upload_url: string };
  const claims = JSON.parse(atob(ada.Authorization.split('.')[1] ?? '')) as Record<string, string>;
  expect(await createPresignedUploads({ config, clock, ids }).verify(ticketOf(url))).toMatchObject({
    userId: claims.user_id,
    sessionId: claims.sid,
    tokenId: claims.jti,
    fields: { ...said, title: 'Ice' },
  });
});

test.each<[string, unknown, string]>([
  ['no media type', { content_type: 'markdown' }, 'content_type'],
  ['a long title', { title: 'x'.repeat(501) }, 'title'],
  ['NUL in a tag', { tags: ['a\0'] }, 'tags.0'],
  ['NUL in a name', { filename: 'a\0' }, 'filename'],
  ['an empty name', { filename: '' }, 'filename'],
  ['an invalid callback URL', { callback_url: 'ftp://e.org' }, 'callback_url'],
  ['more than 64 KB of metadata', { metadata: { a: 'x'.repeat(70_000) } }, 'metadata'],
  ['the document itself', { content: 'text' }, 'content'],
  ['an unknown field', { titel: 'x' }, 'titel'],
  ['more metadata than fits into an address', { title: 'Ice', metadata: { a: 'x'.repeat(6_000) } }, 'metadata'],
  ['a longer description than fits', { description: '氷'.repeat(2_000), metadata: { a: 'x'.repeat(3_000) } }, 'description'],
])('POST /resources/upload-url: %s is 422, naming the field', async (_name, body, path) => {
  const response = await ask(body);
  const { errors, detail } = (await response.json()) as Problem;
  expect([response.status, errors?.[0]?.path]).toEqual([422, path]);
  expect(detail).toContain(path);
});

test('POST /resources/upload-url: 401 without credentials, 403 without the scope resources:write', async () => {
  expect((await ask({}, {})).status).toBe(401);
  const made = await app.request('/auth/api-keys', {
    method: 'POST',
    headers: { ...ada, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'reader', scopes: ['resources:read'] }),
  });
  const { key } = (await made.json()) as { key: string };
  expect((await ask({}, { 'X-API-Key': key })).status).toBe(403);
});

test('presigned upload: its token is not written to the log', async () => {
  const { upload_url: url } = (await (await ask({ title: 'unheard of' })).json()) as { upload_url: string };
  expect(JSON.stringify(app.log.lines)).not.toContain(ticketOf(url).slice(0, 30));
});

test('presigned upload: fields survive the token unchanged, or the longest one is refused as too long', async () => {
  const { config, clock, ids } = app.services;
  const tickets = createPresignedUploads({ config, clock, ids });
  const actor: Actor = {
    kind: 'user',
    userId: 'u',
    username: 'ada',
    tier: 'free',
    scopes: [],
    sessionId: null,
    tokenId: null,
    keyId: null,
  };
  const text = fc.string({ unit: 'binary', maxLength: 300 });
  const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
  const name = text.filter((key) => key !== '__proto__');
  const fields: fc.Arbitrary<UploadFields> = fc.record(
    {
      filename: text,
      content_type: text,
      title: text,
      description: fc.string({ unit: 'binary', maxLength: 5_000, size: 'max' }),
      tags: fc.array(text, { maxLength: 50 }),
      metadata: fc.dictionary(name, json, { noNullPrototype: true }),
      callback_url: fc.webUrl(),
    },
    { requiredKeys: [] },
  );
  let survived = 0;
  await fc.assert(
    fc.asyncProperty(fields, async (given) => {
      const issued = await tickets.issue(actor, given).catch((error: unknown) => error);
      if (issued instanceof AppError) {
        expect(Object.keys(given)).toContain(issued.errors?.[0]?.path);
        return;
      }
      const { url } = issued as { url: string };
      expect(url.length).toBeLessThanOrEqual(8_000);
      expect(new URL(url).href).toBe(url);
      expect((await tickets.verify(ticketOf(url))).fields).toEqual(given);
      survived++;
    }),
    { numRuns: 200 },
  );
  expect(survived).toBeGreaterThan(20);
});

test('upload: with a smaller limit of the runtime, a form over it is 413 naming /resources/upload-url', async () => {
  const small = await createTestApp({ env: { WORKER_URL }, runtime: { maxUploadBytes: 2 * MB } });
  const headers = await small.login();
  const form = (bytes: number) => {
    const data = new FormData();
    data.append('file', new File(['a'.repeat(bytes)], 'a.txt', { type: 'text/plain' }));
    return data;
  };
  for (const path of ['/resources', '/resources/upload']) {
    expect((await small.request(path, { method: 'POST', headers, body: form(2 * MB) })).status).toBeLessThan(300);
    for (const bytes of [2 * MB + 1, 4 * MB]) {
      const refused = await small.request(path, { method: 'POST', headers, body: form(bytes) });
      expect(refused.status).toBe(413);
      expect(((await refused.json()) as Problem).detail).toMatch(
        /^The upload is larger than 2 MB; POST \/resources\/upload-url /,
      );
    }
  }
  const json = { ...headers, 'Content-Type': 'application/json' };
  for (const bytes of [3 * MB, 13 * MB]) {
    const body = JSON.stringify({ content: 'a'.repeat(bytes) });
    const refused = await small.request('/resources', { method: 'POST', headers: json, body });
    expect([refused.status, ((await refused.json()) as Problem).detail]).toEqual([
      413,
      expect.stringContaining('/resources/upload-url'),
    ]);
  }
  await small.close();
});
