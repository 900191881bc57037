/** Event streams over sockets: disconnects and a stopping server need a real server and client. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { newStages } from '../../src/kernel/model/stages.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { readEvents } from '../support/kits/events.ts';
import { seedResource, statesWith } from '../support/kits/jobs.ts';

let app: TestApp;
let server: Server;
let url: string;
let headers: { Authorization: string };
let id: string;
/** Subscriptions of the tracker. */
let watching = 0;

beforeEach(async () => {
  app = await createTestApp();
  const { subscribe: watch } = app.services.progress;
  vi.spyOn(app.services.progress, 'subscribe').mockImplementation((resourceId, listener) => {
    const stop = watch(resourceId, listener);
    watching += 1;
    return () => {
      watching -= 1;
      stop();
    };
  });
  headers = await app.login();
  const states = newStages(app.clock.now());
  id = await seedResource(
    { db: app.database.db, clock: app.clock },
    String(decodeJwt(headers.Authorization.slice(7)).user_id),
    states,
  );
  await app.services.progress.begin(id, states);
  server = createAdaptorServer({ fetch: app.app.fetch }) as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await app.close();
});

const open = async (init: RequestInit = {}) => {
  const response = await fetch(`${url}/resources/${id}/progress/events`, { ...init, headers: { ...headers, ...init.headers } });
  return { response, ...readEvents(response) };
};

test('event stream over HTTP: the subscription of a disconnected client ends', async () => {
  const gone = new AbortController();
  const { next } = await open({ signal: gone.signal });
  expect(await next()).toMatchObject({ event: 'snapshot' });
  expect(watching).toBe(1);
  gone.abort();
  await vi.waitFor(() => expect(watching).toBe(0), { timeout: 60_000, interval: 20 });
});

test('event stream over HTTP: a resumed stream without news sends a comment at once', async () => {
  const first = await open();
  const snapshot = await first.next();
  await first.leave();
  const { response, next } = await open({ headers: { 'Last-Event-ID': snapshot?.id ?? '' } });
  expect(response.status).toBe(200);
  expect(await next()).toMatchObject({ event: 'comment' });
});

test('event stream over HTTP: a stopping server ends its streams cleanly and does not wait for them', async () => {
  const { next } = await open();
  await next();
  const closed = new Promise((resolve) => server.close(resolve));
  app.stopStreams();
  expect(await next()).toBeUndefined();
  server.closeIdleConnections();
  await closed;
  expect(watching).toBe(0);
});

test('event stream over HTTP: a hundred subscribers each get a change and the end once', async () => {
  const streams = await Promise.all(Array.from({ length: 100 }, () => open()));
  await Promise.all(streams.map(({ next }) => next()));
  const now = app.clock.now();
  const done = statesWith({ status: 'completed', attempt: 1, percent: 100, startedAt: now, finishedAt: now, updatedAt: now });
  await app.services.progress.report({ resource_id: id, stages: done });
  const endings = await Promise.all(streams.map(({ rest }) => rest()));
  for (const events of endings) expect(events).toMatchObject([{ event: 'progress', data: { overall_status: 'completed' } }]);
  await vi.waitFor(() => expect(watching).toBe(0), { timeout: 60_000, interval: 20 });
});
