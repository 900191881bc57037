import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

let app: TestApp;
let headers: Record<string, string>;
afterEach(() => app.close());

async function make(env: Record<string, string>) {
  app = await createTestApp({ env });
  headers = await app.login('ada');
}
const json = (path: string, body: unknown) =>
  app.request(path, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const limits = async () => (await app.request('/auth/rate-limit', { headers })).json();
const form = (content: string) => {
  const data = new FormData();
  data.append('file', new File([content], 'note.txt', { type: 'text/plain' }));
  return { method: 'POST', headers, body: data };
};

async function event(content: string) {
  const endpoint = (await (await json('/webhooks', { name: 'blog' })).json()) as { id: string; secret: string };
  const body = JSON.stringify({ type: 'document.published', data: { content } });
  const at = new Date(app.clock.now());
  return app.request(`/webhooks/ingest/${endpoint.id}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(endpoint.secret).sign('msg_1', at, body),
    },
    body,
  });
}

test('quotas: JSON, a URL, forms, items of a batch and events are 413 once the documents are used up, and name what is left', async () => {
  await make({ QUOTA_FREE_DOCUMENTS: '3' });
  const batch = await (
    await json('/resources/batch', { resources: ['1', '2', '3', '4'].map((content) => ({ content })) })
  ).json();
  const refused = { http_status: 413, errors: [{ path: 'documents', message: '0 of 3 are left' }] };
  expect(batch.resources).toMatchObject([{ http_status: 202 }, { http_status: 202 }, { http_status: 202 }, refused]);
  const answers = [
    await json('/resources', { content: 'one more' }),
    await json('/resources', { url: 'https://example.org/' }),
    await app.request('/resources', form('a file')),
    await app.request('/resources/upload', form('a file')),
    await event('an event'),
  ];
  for (const answer of answers) {
    expect(await answer.json()).toMatchObject({
      status: 413,
      type: 'urn:pharos:error:quota_exceeded',
      detail: 'Your quota is 3 documents, of which 0 are left, and this needs 1; delete documents to make room',
    });
  }
  expect(app.published).toHaveLength(3);
});

test('GET /auth/rate-limit: shows the quotas of the tier and what is used of them, and none where there is none', async () => {
  await make({ QUOTA_FREE_DOCUMENTS: '3', QUOTA_FREE_BYTES: '30' });
  expect((await json('/resources', { content: 'ten bytes!' })).status).toBe(202);
  const { quotas } = await limits();
  expect(quotas).toEqual({
    documents: { limit: 3, used: 1, remaining: 2 },
    bytes: { limit: 30, used: 10, remaining: 20 },
  });
  expect((await json('/resources', { content: 'twenty-one bytes here' })).status).toBe(413);
  await app.database.execute(`update users set tier = 'premium'`);
  headers = await loginAgain();
  expect(await limits()).not.toHaveProperty('quotas');
});

test('GET /auth/rate-limit: an account without rate limits may have a quota, which may be smaller than what is stored', async () => {
  await make({ QUOTA_ADMIN_BYTES: '4' });
  expect((await json('/resources', { content: 'ten bytes!' })).status).toBe(202);
  await app.database.execute(`update users set tier = 'admin'`);
  headers = await loginAgain();
  expect(await limits()).toEqual({
    tier: 'admin',
    unlimited: true,
    quotas: { bytes: { limit: 4, used: 10, remaining: 0 } },
  });
});

async function loginAgain() {
  const response = await app.request('/auth/login', {
    method: 'POST',
    body: new URLSearchParams({ username: 'ada', password: 'a long enough phrase' }),
  });
  return { Authorization: `Bearer ${(await response.json()).access_token}` };
}
