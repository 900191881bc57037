import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { newStages } from '../../src/kernel/model/stages.ts';
import { createOpenStreams } from '../../src/routes/processing/open-streams.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { seedResource } from '../support/kits/jobs.ts';

let app: TestApp;
let ada: { Authorization: string };
beforeEach(async () => {
  app = await createTestApp({ env: { RATE_LIMIT_FREE_TIER: '1000' } });
  ada = await app.login('ada');
});
afterEach(() => app.close());

async function resourceOf(headers: { Authorization: string }): Promise<string> {
  const { id: owner } = (await (await app.request('/auth/me', { headers })).json()) as { id: string };
  const states = newStages(app.clock.now());
  const id = await seedResource({ db: app.database.db, clock: app.clock }, owner, states);
  await app.services.progress.begin(id, states);
  return id;
}

test('event streams: the 101st of a user is 429 with a reason, others may open theirs, and a closed one makes room', async () => {
  const eve = await app.login('eve');
  const [mine, hers] = [await resourceOf(ada), await resourceOf(eve)];
  const watch = (id: string, headers: object, init: RequestInit = {}) =>
    app.request(`/resources/${id}/progress/events`, { ...init, headers: { ...headers } });
  const open = await Promise.all(Array.from({ length: 100 }, () => watch(mine, ada)));
  expect(open.map(({ status }) => status)).toEqual(Array(100).fill(200));
  const refused = await watch(mine, ada);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '15']);
  expect(((await refused.json()) as { detail: string }).detail).toMatch(/100 event streams open; close one/);
  expect((await app.request(`/progress/events?ids=${mine}`, { headers: ada })).status).toBe(429);
  const other = await watch(hers, eve);
  expect(other.status).toBe(200);

  await open[0]?.body?.cancel();
  // A stream that is asked for and never read ends with its request.
  const gone = new AbortController();
  expect((await watch(mine, ada, { signal: gone.signal })).status).toBe(200);
  expect((await watch(mine, ada)).status).toBe(429);
  gone.abort();
  expect((await watch(mine, ada, { method: 'HEAD' })).status).toBe(200);
  const again = await watch(mine, ada);
  expect(again.status).toBe(200);
  for (const response of [...open.slice(1), other, again]) await response.body?.cancel();
});

test('event streams: one whose reading fails makes room, too', async () => {
  const id = await resourceOf(ada);
  vi.spyOn(app.services.progress, 'subscribe').mockImplementation(() => {
    throw new Error('no subscriptions');
  });
  for (let i = 0; i < 101; i++) {
    const response = await app.request(`/resources/${id}/progress/events`, { headers: ada });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('no subscriptions');
  }
});

test('event streams: the process has a maximum of its own, which is 503, and an admin has only that', () => {
  const streams = createOpenStreams({ perUser: 2, inAll: 3 });
  const admin = { userId: 'root', tier: 'admin' } as const;
  const closes = [streams.open(admin), streams.open(admin), streams.open(admin)];
  expect(() => streams.open({ userId: 'ada', tier: 'free' })).toThrow(/^unavailable: This server has 3 event streams open/);
  closes[0]?.();
  closes[0]?.();
  streams.open({ userId: 'ada', tier: 'free' });
  expect(() => streams.open(admin)).toThrow(/^unavailable/);
});

test('event streams: never more are open than the limits allow, in any order of opening and closing', () => {
  const step = fc.record({ user: fc.constantFrom('a', 'b', 'c'), close: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const streams = createOpenStreams({ perUser: 3, inAll: 5 });
      const open: { user: string; close: () => void }[] = [];
      for (const { user, close } of steps) {
        const own = open.filter((stream) => stream.user === user);
        if (close) {
          const [first] = own;
          first?.close();
          if (first) open.splice(open.indexOf(first), 1);
          continue;
        }
        const fits = own.length < 3 && open.length < 5;
        try {
          open.push({ user, close: streams.open({ userId: user, tier: 'free' }) });
          expect(fits).toBe(true);
        } catch (error) {
          if (fits) throw error;
        }
      }
    }),
  );
});
