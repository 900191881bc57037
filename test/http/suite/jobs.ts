import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startWebServer } from '../../support/fakes/web-server.ts';
import type { Deployment } from '../../support/kits/deployment.ts';
import { noteSecrets } from '../../support/kits/secrets.ts';
import { library } from './library.ts';
import { ADMIN, anonymous, person } from './people.ts';
import { COMPLETED, watch } from './watch.ts';

interface Job {
  readonly id: string;
  readonly state: string;
  readonly resource_id: string;
  readonly error?: string;
}

const text = () => `Glaciers are slow rivers of ice, made of snow that has lain for many winters. ${randomUUID()}`;

export function jobs(deployment: () => Deployment): void {
  const asAdmin = <T>(method: string, path: string) => anonymous(deployment()).call<T>(method, path, undefined, ADMIN);

  test('GET /admin/statistics: has the requests of this minute within seconds, and an account without admin gets 403', async () => {
    const ada = await person(deployment());
    expect((await ada.call('GET', '/admin/statistics')).status).toBe(403);
    const counted = async () => {
      const { body } = await asAdmin<{ minutes: { requests: number; client_errors: number }[] }>('GET', '/admin/statistics');
      return body.minutes.reduce((sum, { client_errors }) => sum + client_errors, 0);
    };
    await vi.waitFor(async () => expect(await counted()).toBeGreaterThan(0), { timeout: 60_000, interval: 500 });
  });

  test('signed endpoints: a missing or wrong signature is 401', async () => {
    for (const path of ['/jobs/progress', '/jobs/callback', '/jobs/failure', `/webhooks/ingest/${randomUUID()}`]) {
      const { status } = await anonymous(deployment()).call('POST', path, {}, { 'Upstash-Signature': 'a.b.c' });
      expect([path, status]).toEqual([path, 401]);
      expect([path, (await anonymous(deployment()).call('POST', path, {})).status]).toEqual([path, 401]);
    }
  });

  test('dead jobs: a job that fails is listed for admins and can be retried', async () => {
    const ada = await person(deployment());
    const id = await ada.post({ url: `${deployment().site.url}/gone` });
    await watch(ada, id);
    const { body: me } = await ada.call<{ id: string }>('GET', '/auth/me');
    const list = async () => (await asAdmin<{ jobs: Job[] }>('GET', `/admin/jobs?owner_id=${me.id}`)).body.jobs;
    const [dead] = await vi.waitFor(
      async () => {
        const found = await list();
        expect(found).toMatchObject([{ state: 'dead', resource_id: id, error: expect.stringMatching(/404|not/) }]);
        return found as [Job];
      },
      { timeout: 60_000, interval: 50 },
    );
    expect((await ada.call('GET', '/admin/jobs')).status).toBe(403);
    expect((await ada.call('POST', `/admin/jobs/${dead.id}/retry`)).status).toBe(403);
    expect(await asAdmin('POST', `/admin/jobs/${dead.id}/retry`)).toMatchObject({ status: 202, body: { resource_id: id } });
    expect((await watch(ada, id)).at(-1)?.data).toMatchObject({ overall_status: 'failed', stages: { ingestion: 'failed' } });
    expect((await asAdmin('POST', `/admin/jobs/${dead.id}/retry`)).status).toBe(409);
  });

  test('incoming webhook: a signed event creates a resource once; an altered one is 401', async () => {
    const ada = await person(deployment());
    const made = await ada.call<{ id: string; secret: string; url: string }>('POST', '/webhooks', {
      name: 'the blog',
      tags: ['blog'],
    });
    expect(made.status).toBe(201);
    const { secret, url } = made.body;
    noteSecrets(secret);
    const body = JSON.stringify({
      type: 'document.published',
      timestamp: new Date().toISOString(),
      data: { content: text(), title: 'Ice' },
    });
    const send = async (sent: string) => {
      const at = new Date();
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'webhook-id': 'msg_1',
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
        },
        body: sent,
      });
      return {
        status: response.status,
        body: (await response.json()) as { outcome?: string; documents?: { resource_id: string }[] },
      };
    };
    expect((await send(`${body} `)).status).toBe(401);
    const first = await send(body);
    expect([first.status, first.body.outcome]).toEqual([202, 'accepted']);
    const id = first.body.documents?.[0]?.resource_id ?? '';
    expect(await send(body)).toMatchObject({ status: 200, body: { outcome: 'duplicate', documents: [{ resource_id: id }] } });
    expect((await watch(ada, id)).at(-1)?.data.stages).toEqual(COMPLETED);
    expect((await ada.call('GET', `/resources/${id}`)).body).toMatchObject({ title: 'Ice', tags: ['blog'] });
    expect((await ada.call('DELETE', `/webhooks/${made.body.id}`)).status).toBe(204);
    expect((await send(body)).status).toBe(401);
  });

  test("callback: is sent at the end of processing, signed with the owner's secret, and is listed", async () => {
    const ada = await person(deployment());
    const receiver = await startWebServer();
    onTestFinished(() => receiver.close());
    const received: { headers: Record<string, string>; body: string }[] = [];
    receiver.serve('/hook', async (response, request) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      received.push({ headers: request.headers as Record<string, string>, body });
      response.writeHead(204).end();
    });
    const { body: owner } = await ada.call<{ secret: string }>('GET', '/callbacks/secret');
    noteSecrets(owner.secret);
    const id = await ada.post({ content: text(), callback_url: `${receiver.url}/hook` });
    await vi.waitFor(() => expect(received).toHaveLength(1), { timeout: 60_000, interval: 50 });
    const [{ body, headers }] = received as [(typeof received)[0]];
    expect(new Webhook(owner.secret).verify(body, headers)).toMatchObject({
      type: 'resource.completed',
      data: { resource_id: id, overall_status: 'completed' },
    });
    await vi.waitFor(
      async () =>
        expect((await ada.call('GET', `/callbacks?resource_id=${id}`)).body).toMatchObject({
          callbacks: [{ id: headers['webhook-id'], state: 'delivered', attempts: 1 }],
        }),
      { timeout: 60_000, interval: 50 },
    );
  });

  test('worker down: documents are accepted and search uses keywords; after its return every document is processed', async () => {
    const { owner, ids } = await library(deployment());
    const ada = await person(deployment());
    const health = async () => (await anonymous(deployment()).call<{ status: string }>('GET', '/monitoring/health')).body;
    const find = () => owner.search(`glacier ${randomUUID()}`);
    await deployment().killWorker();

    const id = await ada.post({ content: text() });
    expect((await ada.call('GET', `/resources/${id}/progress`)).body).toMatchObject({ overall_status: 'pending' });
    const byWord = await owner.search('glacier', { mode: 'keyword' });
    expect(byWord.body).toMatchObject({ degraded: true, mode: 'keyword' });
    const degraded = (await owner.search('"river of ice"')).body;
    expect(degraded).toMatchObject({ degraded: true, mode: 'hybrid', hits: [{ resource_id: ids.glacier, keyword_rank: 1 }] });
    await vi.waitFor(
      async () =>
        expect(await health()).toMatchObject({
          status: 'degraded',
          checks: { worker: { status: 'unhealthy' }, database: { status: 'healthy' } },
        }),
      { timeout: 60_000, interval: 100 },
    );

    await deployment().startWorker();
    const deadline = Date.now() + 100_000;
    const isDone = async () =>
      (await ada.call<{ overall_status: string }>('GET', `/resources/${id}/progress`)).body.overall_status === 'completed';
    while (!(await isDone()) && Date.now() < deadline) {
      await deployment().sweep();
      await sleep(500);
    }
    expect((await ada.call('GET', `/resources/${id}/progress`)).body).toMatchObject({ stages: COMPLETED });
    expect((await find()).body.degraded ?? false).toBe(false);
    await vi.waitFor(async () => expect(await health()).toMatchObject({ status: 'healthy' }), { timeout: 60_000, interval: 100 });
  });
}
