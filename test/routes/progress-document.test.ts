/** Runs the JavaScript of docs/progress.md unchanged against a server. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Webhook } from 'standardwebhooks';
import { EventSource } from 'undici';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { everyStage, newStages, type StageStates } from '../../src/kernel/model/stages.ts';
import { newCallbackSecret } from '../../src/kernel/webhooks/sign-callback.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

const page = await readFile(new URL('../../docs/progress.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code = '']) => code);

interface Shown {
  readonly resource_id: string;
  readonly overall_status: string;
}
type Watch = (id: string | string[], token: string, show: (progress: Shown) => void) => Promise<() => void>;

let app: TestApp;
let server: Server;
let url: string;
let token: string;
beforeEach(async () => {
  app = await createTestApp();
  token = (await app.login()).Authorization.slice('Bearer '.length);
  server = createAdaptorServer({ fetch: app.app.fetch }) as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  app.stopStreams();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await app.close();
});

/** The function `name` of the page, with the globals of a browser on that server. */
function fromPage<T>(name: string, around: Readonly<Record<string, unknown>> = {}): T {
  const code = blocks.find((block) => block.includes(`async function ${name}(`));
  if (code === undefined) throw new Error(`docs/progress.md has no function ${name}`);
  class Source extends EventSource {
    constructor(path: string) {
      super(url + path);
    }
  }
  const globals = {
    fetch: (path: string, init: RequestInit) => fetch(url + path, init),
    EventSource: Source,
    setTimeout: (work: () => void) => setTimeout(work, 10),
    ...around,
  };
  const body = code.replace(/^import .*$/gm, '');
  return new Function(...Object.keys(globals), `${body}\nreturn ${name};`)(...Object.values(globals)) as T;
}

async function post(text: string): Promise<string> {
  const response = await fetch(`${url}/resources`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ content: `${text}. `.repeat(20) }),
  });
  return ((await response.json()) as { id: string }).id;
}

/** Reports one status for all five stages, as the worker would. */
const report = (id: string, status: 'processing' | 'completed') => {
  const now = app.clock.now();
  const states: StageStates = everyStage((stage) => ({ ...newStages(now)[stage], status, attempt: 1, run: 1, updatedAt: now }));
  return app.services.progress.report({ resource_id: id, stages: states });
};

test('docs/progress.md: has code for polling, one stream, a shared stream and a webhook receiver', () => {
  expect(blocks.map((block) => /async function (\w+)/.exec(block)?.[1])).toEqual(['finished', 'watch', 'watchAll', 'receive']);
});

test('docs/progress.md: the polling code shows each state and ends with the last', async () => {
  const id = await post('Polling');
  const shown: string[] = [];
  const finished = fromPage<(id: string, token: string, show: (progress: Shown) => void) => Promise<Shown>>('finished');
  const end = finished(id, token, ({ overall_status }) => shown.push(overall_status));
  await vi.waitFor(() => expect(shown).toContain('pending'), { timeout: 60_000, interval: 20 });
  await report(id, 'completed');
  expect(await end).toMatchObject({ resource_id: id, overall_status: 'completed' });
  await expect(finished('01900000-0000-7000-8000-000000000009', token, () => undefined)).rejects.toThrow(/no resource/);
});

test('docs/progress.md: the stream code shows a snapshot and every change', async () => {
  const id = await post('Watching');
  const shown: string[] = [];
  const close = await fromPage<Watch>('watch')(id, token, ({ overall_status }) => shown.push(overall_status));
  await vi.waitFor(() => expect(shown).toEqual(['pending']), { timeout: 60_000, interval: 20 });
  await report(id, 'processing');
  await vi.waitFor(() => expect(shown).toEqual(['pending', 'processing']), { timeout: 60_000, interval: 20 });
  await report(id, 'completed');
  await vi.waitFor(() => expect(shown).toEqual(['pending', 'processing', 'completed']), { timeout: 60_000, interval: 20 });
  close();
});

test('docs/progress.md: the shared stream code tells resources apart', async () => {
  const ids = [await post('One'), await post('Two')];
  const shown = new Map<string, string>();
  const close = await fromPage<Watch>('watchAll')(ids, token, (one) => shown.set(one.resource_id, one.overall_status));
  await vi.waitFor(() => expect([...shown.keys()].sort()).toEqual([...ids].sort()), { timeout: 60_000, interval: 20 });
  await report(ids[1] as string, 'processing');
  await vi.waitFor(() => expect(shown.get(ids[1] as string)).toBe('processing'), { timeout: 60_000, interval: 20 });
  expect(shown.get(ids[0] as string)).toBe('pending');
  close();
});

test('docs/progress.md: the receiver accepts a signed event once and refuses any other', async () => {
  const secret = newCallbackSecret();
  const log = vi.fn();
  const around = { Webhook, process: { env: { PHAROS_CALLBACK_SECRET: secret } }, console: { log } };
  const receive = fromPage<(request: Request) => Promise<Response>>('receive', around);
  const message = /```json\n(\{\n {2}"type"[\s\S]*?)```/.exec(page)?.[1] ?? '';
  const signed = (by: string) =>
    new Request('https://example.org/hook', {
      method: 'POST',
      headers: {
        'webhook-id': 'one',
        'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
        'webhook-signature': new Webhook(by).sign('one', new Date(), message),
      },
      body: message,
    });
  expect((await receive(signed(newCallbackSecret()))).status).toBe(401);
  expect((await receive(signed(secret))).status).toBe(204);
  expect((await receive(signed(secret))).status).toBe(204);
  expect(log.mock.calls).toEqual([['resource.completed', JSON.parse(message).data.resource_id]]);
});
