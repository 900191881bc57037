import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from '@upstash/redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUpstashKeyValue } from '../../src/kernel/kv/upstash.ts';
import { shortenLives } from '../support/kits/redis-time.ts';
import { type Stores, startStores } from '../support/kits/store.ts';
import { keyValueContract } from './key-value.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

const client = (token = stores.front.token) =>
  new Redis({
    url: stores.front.url,
    token,
    automaticDeserialization: false,
    enableAutoPipelining: true,
    enableTelemetry: false,
    retry: { retries: 0 },
  });
const open = () => createUpstashKeyValue({ redis: client(), pollMs: 20 });

keyValueContract('Upstash', async () => {
  const kv = open();
  return { kv, advance: (ms) => shortenLives(stores.redis.probe, ms), close: () => kv.close() };
});

describe('key-value store on Upstash over REST', () => {
  test('Upstash polling: 100 listeners of ten channels cost one request per poll, and none after they unsubscribed', async () => {
    const kv = open();
    const leave = Array.from({ length: 100 }, (_, i) => kv.subscribe(`many-${i % 10}`, () => undefined));
    await sleep(100);
    const before = stores.front.requests();
    const started = performance.now();
    await sleep(300);
    const polls = stores.front.requests() - before;
    expect(polls).toBeGreaterThan(0);
    // At most one every 20 ms, however long the machine slept; a poll per listener or channel would cost many times that.
    expect(polls).toBeLessThanOrEqual(1 + (performance.now() - started) / 19);
    for (const one of leave) one();
    await sleep(60);
    const after = stores.front.requests();
    await sleep(100);
    expect(stores.front.requests()).toBe(after);
    await kv.close();
  });

  test('Upstash polling: a subscription continues after an outage of the service', async () => {
    const kv = open();
    const heard: string[] = [];
    kv.subscribe('outage', (message) => heard.push(message));
    await expect.poll(() => kv.publish('outage', 'first').then(() => heard)).toContain('first');
    stores.front.interfere((response) => response.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>Bad gateway</h1>'));
    await sleep(100);
    stores.front.interfere(undefined);
    await kv.publish('outage', 'last');
    await expect.poll(() => heard).toContain('last');
    expect(heard.filter((message) => message === 'last')).toHaveLength(1);
    await kv.close();
  });

  test('Upstash errors: the message has the service’s error, and neither key nor value', async () => {
    const secret = 'a-ticket-that-opens-doors';
    const refused = createUpstashKeyValue({ redis: client('wrong') });
    const failure = await refused.set(secret, secret, { ttlMs: 1000 }).catch((error: unknown) => String((error as Error).stack));
    expect(failure).toContain('WRONGPASS');
    expect(failure).not.toContain(secret);
    stores.front.interfere((response) => response.end(`<html>${secret}</html>`));
    const rubbish = await open()
      .get(secret)
      .catch((error: unknown) => String((error as Error).stack));
    expect(rubbish).toContain('upstash: ');
    expect(rubbish).not.toContain(secret);
    stores.front.interfere(undefined);
  });
});

describe('fake Upstash server', () => {
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(stores.front.url + path, {
      method: 'POST',
      headers: { Authorization: `Bearer ${stores.front.token}`, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  };

  test('fake Upstash server: accepts a command in the body and in the path', async () => {
    expect(await post('/', ['SET', 'front', 'wörld'])).toEqual({ status: 200, body: { result: 'OK' } });
    expect(await post('/get/front', '')).toEqual({ status: 200, body: { result: 'wörld' } });
    expect(await post('/', ['GET', 'front'], { 'Upstash-Encoding': 'base64' })).toEqual({
      status: 200,
      body: { result: Buffer.from('wörld').toString('base64') },
    });
    expect(await post('/set/front', 'a body')).toEqual({ status: 200, body: { result: 'OK' } });
    expect(await post('/', ['STRLEN', 'front'])).toEqual({ status: 200, body: { result: 6 } });
    expect(await post('/', ['GET', 'nothing'])).toEqual({ status: 200, body: { result: null } });
  });

  test('fake Upstash server: returns an error per command of a pipeline, and runs a transaction', async () => {
    expect(
      await post('/pipeline', [
        ['SET', 'p', '1'],
        ['LPUSH', 'p', 'x'],
        ['INCR', 'p'],
      ]),
    ).toMatchObject({
      status: 200,
      body: [{ result: 'OK' }, { error: expect.stringContaining('WRONGTYPE') }, { result: 2 }],
    });
    expect(
      await post('/multi-exec', [
        ['SET', 'm', '1'],
        ['INCR', 'm'],
      ]),
    ).toEqual({
      status: 200,
      body: [{ result: 'OK' }, { result: 2 }],
    });
  });

  test('fake Upstash server: a wrong token or command, a command without REST and a large body fail as on the service', async () => {
    expect(await post('/', ['PING'], { Authorization: 'Bearer x' })).toMatchObject({ status: 401 });
    expect(await post('/', ['NONSENSE'])).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('unknown command') },
    });
    expect(await post('/', ['SUBSCRIBE', 'x'])).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('not available') },
    });
    expect(await post('/', '{')).toMatchObject({ status: 400, body: { error: 'ERR failed to parse command' } });
    expect(await post('/', ['SET', 'x', 'y'.repeat(1024 * 1024)])).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('max request size exceeded') },
    });
  });
});
