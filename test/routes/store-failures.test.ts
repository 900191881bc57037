/** The API on a store that fails in many ways, over TCP and over REST: requests still succeed. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { openStore, openStoreAnyway, type Stores, startStores } from '../support/kits/store.ts';

let stores: Stores;
let app: TestApp;
let rubbish: Server;
const sockets = new Set<Socket>();

beforeAll(async () => {
  // Responds with neither RESP nor HTTP.
  rubbish = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('data', () => socket.write('\u0000\u0007 what? \r\n!!\r\n'));
  });
  rubbish.listen(0, '127.0.0.1');
  await once(rubbish, 'listening');
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  rubbish.close();
});
beforeEach(async () => {
  stores = await startStores();
});
afterEach(async () => {
  stores.redis.server.kill('SIGCONT');
  await app.services.kv.close();
  await app.close();
  await stores.stop();
});

type Settings = Record<string, string>;
const KINDS: readonly (readonly [string, () => Settings, (url: string) => Settings])[] = [
  ['Redis', () => ({ REDIS_URL: stores.redis.url }), (host) => ({ REDIS_URL: `redis://${host}` })],
  ['Upstash', () => stores.settings, (host) => ({ UPSTASH_REDIS_REST_URL: `http://${host}`, UPSTASH_REDIS_REST_TOKEN: 't' })],
];

describe.each(KINDS)('store on %s', (_name, settings, at) => {
  async function open(env: Settings, wait = true) {
    const overrides = wait ? await openStore(env) : openStoreAnyway(env);
    app = await createTestApp({ env: { RATE_LIMIT_FREE_TIER: '50', ...env }, overrides });
  }
  const ask = (headers: Record<string, string>) => app.request('/auth/sessions', { headers });
  const outages = () => app.log.lines.filter(({ message }) => message.startsWith('limits: the store does not reply'));

  /** Sends twenty requests each of a live and of a revoked login while the store fails. */
  async function servesAll(alive: Record<string, string>, dead: Record<string, string>): Promise<void> {
    const during = await Promise.all(Array.from({ length: 20 }, () => ask(alive)));
    expect(new Set(during.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await ask(dead)).status).toBe(401);
    expect(app.services.limiter.failOpens()).toBeGreaterThan(0);
    expect(outages()).toHaveLength(1);
  }

  async function recovers(headers: Record<string, string>): Promise<void> {
    await expect
      .poll(
        async () => {
          const before = app.services.limiter.failOpens();
          app.clock.advance(2000);
          await ask(headers);
          return app.services.limiter.failOpens() === before;
        },
        { timeout: 60_000 },
      )
      .toBe(true);
    expect(app.log.lines.filter(({ message }) => message === 'limits: the store replies again')).toHaveLength(1);
  }

  async function people() {
    const [alive, dead] = [await app.login('alive'), await app.login('dead')];
    await app.request('/auth/logout', { method: 'POST', headers: dead });
    return [alive, dead] as const;
  }

  test('store failure: killed', async () => {
    await open(settings());
    const [alive, dead] = await people();
    await stores.redis.stop();
    await servesAll(alive, dead);
  });

  test('store failure: hangs, and delays no request once the failure is known', async () => {
    await open(settings());
    const [alive, dead] = await people();
    stores.redis.server.kill('SIGSTOP');
    await servesAll(alive, dead);
    stores.redis.server.kill('SIGCONT');
    await recovers(alive);
  });

  test('store failure: out of memory', async () => {
    await open(settings());
    const [alive, dead] = await people();
    await stores.redis.probe.config('SET', 'maxmemory', '1');
    await servesAll(alive, dead);
    await stores.redis.probe.config('SET', 'maxmemory', '0');
    await recovers(alive);
  });

  test('store failure: read-only', async () => {
    await open(settings());
    const [alive, dead] = await people();
    await stores.redis.probe.config('SET', 'min-replicas-to-write', '1');
    await servesAll(alive, dead);
    await stores.redis.probe.config('SET', 'min-replicas-to-write', '0');
    await recovers(alive);
  });

  test('store failure: keys of another type', async () => {
    await open(settings());
    const [alive, dead] = await people();
    for (const key of await stores.redis.probe.keys('limit:*')) {
      await stores.redis.probe.del(key);
      await stores.redis.probe.set(key, 'not a hash');
    }
    await servesAll(alive, dead);
    await stores.redis.probe.flushall();
    await recovers(alive);
  });

  test('store failure: fails and recovers repeatedly', async () => {
    await open(settings());
    const [alive, dead] = await people();
    for (let round = 0; round < 4; round++) {
      await stores.redis.probe.config('SET', 'maxmemory', round % 2 ? '0' : '1');
      app.clock.advance(2000);
      const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await ask(alive)).status));
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect((await ask(dead)).status).toBe(401);
    }
  });

  test('store failure: another protocol', async () => {
    await open(at(`127.0.0.1:${(rubbish.address() as AddressInfo).port}`), false);
    const [alive, dead] = await people();
    await servesAll(alive, dead);
  });

  test('store failure: local limits refuse requests over the limit', async () => {
    await open(settings());
    const [alive] = await people();
    await stores.redis.stop();
    const statuses = [];
    for (let i = 0; i < 52; i++) statuses.push((await ask(alive)).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
    expect(statuses.slice(50)).toEqual([429, 429]);
  });
});

test('store: an authenticated request takes one Redis command or one Upstash request', async () => {
  for (const [name, settings] of KINDS) {
    const overrides = await openStore(settings());
    const { kv } = overrides;
    app = await createTestApp({ env: settings(), overrides });
    const headers = await app.login();
    await kv.set('revocations:epoch', '1', { ttlMs: 3_600_000 });
    await app.request('/auth/sessions', { headers });
    await stores.redis.probe.config('RESETSTAT');
    const before = stores.front.requests();
    for (let i = 0; i < 10; i++) await app.request('/auth/sessions', { headers });
    const stats = await stores.redis.probe.info('commandstats');
    // Redis counts commands called by scripts, too, so compare with the EVALSHA calls.
    const arrived = [...stats.matchAll(/cmdstat_([\w|]+):calls=(\d+)/g)].filter(([, command]) =>
      /^(?:evalsha|eval|get|mget|set|ping)$/.test(command ?? ''),
    );
    const calls = Object.fromEntries(arrived.map(([, command, count]) => [command, Number(count)]));
    expect({ name, evalsha: calls.evalsha, eval: calls.eval, set: calls.set, ping: calls.ping }).toEqual({ name, evalsha: 10 });
    if (name === 'Upstash') expect(stores.front.requests() - before).toBe(10);
    if (name === 'Redis') await Promise.all([kv.close(), app.close()]);
  }
});
