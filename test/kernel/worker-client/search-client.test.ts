import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../../../src/kernel/core/secret.ts';
import type { SearchRequest } from '../../../src/kernel/search/search-request.ts';
import { rendezvous } from '../../../src/kernel/worker-client/rendezvous.ts';
import { createSearchClient } from '../../../src/kernel/worker-client/search-client.ts';
import { createSignatureVerifier, SIGNATURE_HEADER } from '../../../src/kernel/worker-client/signatures.ts';
import { manualClock, memoryLog, randomIds } from '../../support/fakes/doubles.ts';

const URLS = ['http://one:1', 'http://two:2', 'http://three:3'];
const signingKeys = { current: new Secret('the current key, of more than thirty-two characters') };
const request: SearchRequest = {
  ...{ owner_id: 'ada', q: 'ice', mode: 'hybrid', prefix: false, sort: 'relevance', limit: 10, filters: {} },
};
const answer = { query: 'ice', total: 0, hits: [] };

type Answer = Response | Error;

function setUp(answers: Record<string, Answer | (() => Promise<Answer>)>, searchUrls: readonly string[] = URLS) {
  const clock = manualClock();
  const log = memoryLog();
  const asked: { url: string; body: unknown }[] = [];
  const verify = createSignatureVerifier({ keys: signingKeys, clock });
  const fetch = async (input: URL | RequestInfo, init?: RequestInit): Promise<Response> => {
    const url = String(input);
    const { origin, pathname } = new URL(url);
    const body = new TextEncoder().encode(String(init?.body));
    const target = { audience: 'pharos-worker', method: 'POST', path: pathname } as const;
    await verify({ signature: new Headers(init?.headers).get(SIGNATURE_HEADER), body, url: 'none', target });
    asked.push({ url, body: JSON.parse(String(init?.body)) });
    const given = answers[origin] ?? new Error('not expected');
    const response = typeof given === 'function' ? await given() : given;
    if (response instanceof Error) throw response;
    return response.clone();
  };
  const client = createSearchClient({ config: { worker: { searchUrls, signingKeys } }, fetch, clock, ids: randomIds, log });
  return { client, clock, log, asked, origins: () => asked.map(({ url }) => new URL(url).origin) };
}

const [first = '', second = '', third = ''] = rendezvous('ada', URLS);

test('search client: a library is asked of the same worker every time', async () => {
  const { client, asked, origins } = setUp({ [first]: Response.json(answer) });
  expect(await client.search(request)).toEqual(answer);
  await client.search(request);
  expect(origins()).toEqual([first, first]);
  expect(asked[0]).toEqual({ url: `${first}/search`, body: request });
});

test('search client: the next worker is asked while one fails or lacks the role, and the first again after a second', async () => {
  const { client, clock, origins } = setUp({
    [first]: new Error('connection refused'),
    [second]: new Response(null, { status: 421 }),
    [third]: Response.json(answer),
  });
  expect(await client.search(request)).toEqual(answer);
  expect(origins()).toEqual([first, second, third]);
  await client.search(request);
  expect(origins().slice(3)).toEqual([third]);
  clock.advance(1_001);
  await client.search(request);
  expect(origins().slice(4)).toEqual([first, second, third]);
});

test('search client: unavailable where no worker answers, which is logged once an outage', async () => {
  const { client, clock, log } = setUp({ [first]: new Response(null, { status: 503 }) }, [first]);
  for (let i = 0; i < 3; i++) {
    await expect(client.search(request)).rejects.toMatchObject({ code: 'unavailable' });
    clock.advance(1_001);
  }
  expect(log.lines.filter(({ level }) => level === 'warning')).toHaveLength(1);
});

const late = Object.assign(new Error('too late'), { name: 'TimeoutError' });

test.each([
  ['is late', late],
  ['responds with 503', new Response(null, { status: 503 })],
])('search client: a worker that %s for one owner is asked for the others, and by the owner again after a second', async (_, failure) => {
  let given: Answer = failure;
  const { client, clock, asked } = setUp({ [first]: async () => given }, [first]);
  const grace = { ...request, owner_id: 'grace' };
  await expect(client.search(request)).rejects.toMatchObject({ code: 'unavailable' });
  await expect(client.search(request)).rejects.toMatchObject({ code: 'unavailable' });
  expect(asked).toHaveLength(1);
  given = Response.json(answer);
  expect(await client.search(grace)).toEqual(answer);
  await expect(client.search(request)).rejects.toMatchObject({ code: 'unavailable' });
  clock.advance(1_001);
  expect(await client.search(request)).toEqual(answer);
});

test('search client: a worker that is late for two owners in a row is away for all', async () => {
  const { client, clock, asked } = setUp({ [first]: late }, [first]);
  const ask = (owner_id: string) =>
    expect(client.search({ ...request, owner_id })).rejects.toMatchObject({ code: 'unavailable' });
  for (const owner of ['ada', 'grace', 'mary', 'ada', 'grace']) await ask(owner);
  expect(asked).toHaveLength(2);
  clock.advance(1_001);
  for (const owner of ['mary', 'ada', 'joan']) await ask(owner);
  expect(asked).toHaveLength(3);
});

test('search client: an answer of another shape is a failure of the worker', async () => {
  const { client } = setUp({ [first]: Response.json({ hits: 'none' }), [second]: Response.json(answer) }, [first, second]);
  expect(await client.search(request)).toEqual(answer);
});

test.each([
  [422, 'invalid_input'],
  [404, 'not_found'],
] as const)("search client: a worker's %i is about the request, so no other worker is asked", async (status, code) => {
  const errors = [{ path: 'cursor', message: 'is of another search' }];
  const { client, asked } = setUp({ [first]: Response.json({ detail: 'It is wrong', errors }, { status }) });
  await expect(client.search(request)).rejects.toMatchObject({ code, detail: 'It is wrong', errors });
  expect(asked).toHaveLength(1);
});

test("search client: an aborted search rejects with the signal's reason, and the worker does not count as away", async () => {
  const controller = new AbortController();
  const { client, asked } = setUp({
    [first]: async () => {
      controller.abort(new Error('the client went away'));
      return new Error('aborted');
    },
  });
  await expect(client.search(request, controller.signal)).rejects.toThrow('the client went away');
  await expect(client.search(request, controller.signal)).rejects.toThrow('the client went away');
  expect(asked).toHaveLength(1);
});

test('search client: suggestions have a path of their own', async () => {
  const { client, asked } = setUp({ [first]: Response.json({ titles: [], words: ['ice'] }) });
  expect(await client.suggest({ owner_id: 'ada', q: 'ic', limit: 5 })).toEqual({ titles: [], words: ['ice'] });
  expect(asked[0]?.url).toBe(`${first}/search/suggest`);
});

test('rendezvous: a key moves only where its own node goes away, and nodes get about as many keys each', () => {
  fc.assert(
    fc.property(fc.string(), fc.uniqueArray(fc.webUrl(), { minLength: 2, maxLength: 8 }), (key, nodes) => {
      const order = rendezvous(key, nodes);
      expect([...order].sort()).toEqual([...nodes].sort());
      for (const gone of nodes)
        expect(
          rendezvous(
            key,
            nodes.filter((node) => node !== gone),
          ),
        ).toEqual(order.filter((node) => node !== gone));
    }),
  );
  const counts = new Map<string, number>();
  for (let i = 0; i < 3_000; i++) {
    const [node = ''] = rendezvous(`owner-${i}`, URLS);
    counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});
