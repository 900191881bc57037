import { expect, test } from 'vitest';
import { createClient } from '../../clients/typescript/src/index.ts';

interface Sent {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
}

function scripted(answer: unknown) {
  const sent: Sent[] = [];
  const pharos = createClient({
    url: 'http://localhost:8000',
    apiKey: 'key',
    fetch: async (input, init) => {
      const request = new Request(input as Request, init);
      const text = await request.text();
      sent.push({ method: request.method, url: new URL(request.url), body: text === '' ? undefined : JSON.parse(text) });
      return Response.json(answer);
    },
  });
  return { pharos, sent };
}

test('client search: a short question goes by GET, with repeated filters and own metadata', async () => {
  const { pharos, sent } = scripted({ hits: [], total: 0 });
  await pharos.search('ice & snow', { tag: ['a', 'b'], prefix: true, limit: 3, metadata: { by: ['Ann', 'Bob'], year: '1998' } });
  expect(sent).toHaveLength(1);
  expect([sent[0]?.method, sent[0]?.url.pathname]).toEqual(['GET', '/search']);
  expect([...(sent[0]?.url.searchParams ?? [])].toSorted()).toEqual(
    [
      ['q', 'ice & snow'],
      ['tag', 'a'],
      ['tag', 'b'],
      ['prefix', 'true'],
      ['limit', '3'],
      ['metadata.by', 'Ann'],
      ['metadata.by', 'Bob'],
      ['metadata.year', '1998'],
    ].toSorted(),
  );
});

test('client search: a long question goes by POST, as it is', async () => {
  const { pharos, sent } = scripted({ hits: [], total: 0 });
  const q = '氷'.repeat(1_000);
  await pharos.search(q, { tag: ['a'], prefix: false, metadata: { by: 'Ann' } });
  expect(sent).toMatchObject([{ method: 'POST', body: { q, tag: ['a'], prefix: false, metadata: { by: 'Ann' } } }]);
});

test('client search: like asks for what is similar, and suggest for titles and words', async () => {
  const { pharos, sent } = scripted({ titles: [], words: ['glacier'] });
  await pharos.like('some-id', { limit: 2 });
  expect(sent[0]?.url.search).toBe('?limit=2&similar_to=some-id');
  expect(await pharos.suggest('glac', 3)).toEqual({ titles: [], words: ['glacier'] });
  expect(sent[1]?.url.href).toBe('http://localhost:8000/search/suggest?q=glac&limit=3');
});

test('client search: a question that was given up is not answered, and is not asked again', async () => {
  const asked: AbortSignal[] = [];
  const pharos = createClient({
    url: 'http://localhost:8000',
    apiKey: 'key',
    fetch: (_input, init) =>
      new Promise((_resolve, reject) => {
        const signal = init?.signal as AbortSignal;
        asked.push(signal);
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  });
  const typing = new AbortController();
  const options = { signal: typing.signal };
  const answers = [
    pharos.search('glac', {}, options),
    pharos.search('氷'.repeat(1_000), {}, options),
    pharos.suggest('glac', 3, options),
  ];
  const outcomes = Promise.allSettled(answers);
  await new Promise((resolve) => setTimeout(resolve, 0));
  typing.abort();
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(asked).toHaveLength(3);
});
