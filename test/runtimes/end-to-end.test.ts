/** The whole system: API and worker as `npm start` runs them, the built-in model, a local web server. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openSqliteFile } from '../../src/adapters/sqlite.ts';
import { article, startArticleServer } from '../support/fakes/article-server.ts';
import { startWebServer } from '../support/fakes/web-server.ts';
import { type Client, createClient } from '../support/kits/client.ts';
import { onServer, openTestDatabase, type TestDatabase } from '../support/kits/database.ts';
import { childrenOf } from '../support/servers/processes.ts';
import { type Pharos, startPharos } from '../support/servers/servers.ts';

let pharos: Pharos;
let database: TestDatabase | undefined;
let site: Awaited<ReturnType<typeof startArticleServer>>;
beforeAll(async () => {
  site = await startArticleServer();
  if (onServer) database = await openTestDatabase();
  pharos = await startPharos({
    INGEST_ALLOW_ADDRESSES: '127.0.0.0/8',
    // The tests poll every few milliseconds, which would exceed the default limit.
    RATE_LIMIT_FREE_TIER: '100000',
    ...(database ? { DATABASE_URL: database.url } : {}),
  });
});
afterAll(async () => {
  await pharos.stop();
  await site.stop();
  await database?.close();
});

/** A new user, with a library of their own. */
async function newUser(): Promise<Client> {
  const client = createClient(pharos.url);
  await client.login();
  return client;
}

const COMPLETED = {
  ingestion: 'completed',
  quality: 'completed',
  taxonomy: 'completed',
  graph: 'completed',
  embedding: 'completed',
};

interface Resource {
  readonly id: string;
  readonly title: string;
  readonly category?: string;
  readonly quality_score?: number;
  readonly language?: string;
  readonly authors?: string[];
  readonly [field: string]: unknown;
}

test('end to end: an article posted by URL passes five stages and is found by a question that shares no word with it', async () => {
  const ada = await newUser();
  const ids = new Map<string, string>();
  for (const name of ['account-access.html', 'glacier.html', 'sourdough.md', 'event-loop.txt']) {
    ids.set(name, await ada.post({ url: `${site.url}/${name}` }));
  }
  for (const id of ids.values()) expect((await ada.finished(id)).stages).toEqual(COMPLETED);

  const question = 'How do I reset my password?';
  const source = (await article('account-access.html')).replace(/<[^>]+>/g, ' ').toLowerCase();
  for (const word of ['reset', 'password']) expect(source).not.toContain(word);
  const { status, body } = await ada.search(question);
  expect(status).toBe(200);
  expect(body).toMatchObject({ query: question, mode: 'hybrid', took_ms: expect.any(Number) });
  expect(body.hits[0]).toMatchObject({
    resource_id: ids.get('account-access.html'),
    title: 'Getting back in when you are locked out',
    semantic_rank: 1,
    chunk: { position: expect.any(Number), heading_path: expect.arrayContaining(['Getting back in when you are locked out']) },
  });

  const ice = await ada.search('mountains losing frozen water in a warming world', { mode: 'semantic' });
  expect(ice.body.hits[0]?.resource_id).toBe(ids.get('glacier.html'));
  const bread = await ada.search('"sour taste"', { mode: 'keyword' });
  expect(bread.body.hits[0]).toMatchObject({ resource_id: ids.get('sourdough.md'), keyword_rank: 1 });

  const { body: glacier } = await ada.call<Resource>('GET', `/resources/${ids.get('glacier.html')}`);
  expect(glacier).toMatchObject({
    title: expect.stringContaining('ice of the high valleys'),
    category: 'science.earth',
    language: 'en',
    authors: ['Ines Moreau'],
    quality_score: expect.any(Number),
  });
  expect(JSON.stringify(glacier)).not.toContain('null');
});

test('end to end: text posted twice is one resource, and another user cannot read or find it', async () => {
  const ada = await newUser();
  const content = await article('event-loop.txt');
  const first = await ada.call<{ id: string }>('POST', '/resources', { content, content_type: 'text/plain', title: 'Loops' });
  expect(first.status).toBe(202);
  expect(first.headers.get('location')).toBe(`${pharos.url}/resources/${first.body.id}`);
  await ada.finished(first.body.id);
  const second = await ada.call<{ id: string }>('POST', '/resources', { content, content_type: 'text/plain' });
  expect([second.status, second.body.id]).toEqual([200, first.body.id]);
  const eve = await newUser();
  expect((await eve.call('GET', `/resources/${first.body.id}`)).status).toBe(404);
  expect((await eve.call('GET', `/resources/${first.body.id}/progress`)).status).toBe(404);
  expect((await eve.search('single-threaded server')).body.hits).toEqual([]);
});

test('end to end: an uploaded file is processed, and GET /api/resources/{id}/status returns the earlier form', async () => {
  const ada = await newUser();
  const form = new FormData();
  form.set('file', new File([await article('sourdough.md')], 'bread.md', { type: 'text/markdown' }));
  const uploaded = await ada.call<{ id: string }>('POST', '/resources/upload', form);
  expect(uploaded.status).toBe(202);
  await ada.finished(uploaded.body.id);
  const { body } = await ada.call<Record<string, unknown>>('GET', `/api/resources/${uploaded.body.id}/status`);
  expect(body).toMatchObject({ id: uploaded.body.id, ingestion_status: 'completed' });
});

test('end to end: an event stream ends after the last stage, and a reconnect with the last id is 204', async () => {
  const ada = await newUser();
  const id = await ada.post({ content: await article('glacier.html'), content_type: 'text/html', title: 'Ice, again' });
  const headers = { Authorization: ada.token() ?? '', Accept: 'text/event-stream' };
  const response = await fetch(`${pharos.url}/resources/${id}/progress/events`, { headers });
  expect(response.headers.get('cache-control')).toContain('no-transform');
  const events = (await response.text())
    .split('\n\n')
    .filter((block) => block.includes('data:'))
    .map(
      (block) => Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2))) as Record<string, string>,
    );
  expect(events[0]?.event).toBe('snapshot');
  const ids = events.map(({ id: event }) => Number(event));
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
  expect(JSON.parse(events.at(-1)?.data ?? '{}')).toMatchObject({
    resource_id: id,
    overall_status: 'completed',
    stages: COMPLETED,
  });
  const again = await fetch(`${pharos.url}/resources/${id}/progress/events`, {
    headers: { ...headers, 'Last-Event-ID': String(ids.at(-1)) },
  });
  expect(again.status).toBe(204);
});

describe('failed ingestion', () => {
  let ada: Client;
  beforeAll(async () => {
    ada = await newUser();
  });

  test.each([
    ['a page that does not exist', () => `${site.url}/gone`, /404|not there|not found/i],
    ['a redirect to the cloud metadata address', () => `${site.url}/inward`, /not public|private|address/i],
    ['the cloud metadata address', () => 'http://169.254.169.254/latest/meta-data/', /not public|private|address/i],
  ])('failed ingestion: %s fails the resource with a readable reason', async (_, url, reason) => {
    const progress = await ada.finished(await ada.post({ url: url() }));
    expect(progress.overall_status).toBe('failed');
    expect(progress.stages.ingestion).toBe('failed');
    expect(progress.error_message).toMatch(reason);
  });

  test('failed ingestion: markup without text fails with that reason', async () => {
    const progress = await ada.finished(await ada.post({ content: '<!doctype html><p>', content_type: 'text/html' }));
    expect(progress.error_message).toMatch(/holds no text/);
  });

  test.each([
    ['an empty body', { content: '', content_type: 'text/plain' }],
    ['a title of 10,000 characters', { content: 'x'.repeat(100), content_type: 'text/plain', title: 't'.repeat(10_000) }],
    ['NUL bytes', { content: `nul\u0000byte ${'x'.repeat(100)}`, content_type: 'text/plain' }],
    ['no media type', { content: 'x'.repeat(100), content_type: 'markdown' }],
    ['neither URL nor content', { title: 'nothing' }],
    ['a URL of another kind', { url: 'file:///etc/passwd' }],
  ])('refused document: %s is a 4xx with a detail and without a stack', async (_, body) => {
    const response = await ada.call<{ detail: string }>('POST', '/resources', body);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(response.body.detail).toBeTypeOf('string');
    expect(JSON.stringify(response.body)).not.toMatch(/node_modules|at .*\.ts/);
  });

  test('refused document: malformed JSON is 400, and a body of 20 MB is 413', async () => {
    const headers = { Authorization: ada.token() ?? '', 'Content-Type': 'application/json' };
    const send = (body: string) => fetch(`${pharos.url}/resources`, { method: 'POST', headers, body });
    expect((await send('{"content": ')).status).toBe(400);
    expect((await send(JSON.stringify({ content: 'x'.repeat(20 * 1024 * 1024), content_type: 'text/plain' }))).status).toBe(413);
  });
});

test('end to end: the job of a killed worker is done once after the restart', async () => {
  const ada = await newUser();
  const id = await ada.post({ url: `${site.url}/slow/glacier.html` });
  await until(async () => {
    const { body } = await ada.call<{ stages: Record<string, string> }>('GET', `/resources/${id}/progress`);
    return body.stages.ingestion === 'processing';
  });
  const worker = await workerPid();
  process.kill(worker, 'SIGKILL');
  site.release();
  await endLeases();
  const progress = await ada.finished(id, 110);
  expect(progress.stages).toEqual(COMPLETED);
  expect(await workerPid()).not.toBe(worker);
  const { body } = await ada.search('glacier river of ice');
  expect(body.hits.map(({ resource_id }) => resource_id)).toEqual([id]);
});

/** Ends the leases of running jobs instead of waiting 30 s: the worker that held them is dead and does not renew them. */
async function endLeases(): Promise<void> {
  const statement = "update jobs set lease_expires_at = published_at + 1 where state = 'running'";
  if (database) return void (await database.execute(statement));
  const { client, close } = await openSqliteFile(join(pharos.dataDir, 'pharos.db'));
  await client.execute(statement);
  close();
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition was never met');
    await sleep(20);
  }
}

async function workerPid(): Promise<number> {
  const [worker] = await childrenOf(pharos.api.pid, 'dist/worker.js');
  if (worker === undefined) throw new Error('no worker is running');
  return worker;
}

test('end to end: a completed document sends a callback signed with its owner’s secret, and GET /callbacks lists it', async () => {
  const ada = await newUser();
  const receiver = await startWebServer();
  const received: { headers: Record<string, string>; body: string }[] = [];
  receiver.serve('/hook', async (response, request) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    received.push({ headers: request.headers as Record<string, string>, body });
    response.writeHead(204).end();
  });
  const { body: secret } = await ada.call<{ secret: string }>('GET', '/callbacks/secret');
  const id = await ada.post({
    content: 'Glaciers are slow rivers of ice, made of snow that has lain for many winters.',
    callback_url: `${receiver.url}/hook`,
  });
  await vi.waitFor(() => expect(received).toHaveLength(1), { timeout: 60_000 });
  const [{ body, headers }] = received as [(typeof received)[0]];
  expect(new Webhook(secret.secret).verify(body, headers)).toMatchObject({
    type: 'resource.completed',
    data: { resource_id: id, overall_status: 'completed' },
  });
  const { body: listed } = await ada.call<{ callbacks: Record<string, unknown>[] }>('GET', `/callbacks?resource_id=${id}`);
  expect(listed.callbacks).toMatchObject([{ id: headers['webhook-id'], attempts: 1 }]);
  await receiver.close();
});
