import { expect, test } from 'vitest';
import type { SearchAnswer, SuggestAnswer } from '../../../src/kernel/search/search-request.ts';
import type { Deployment } from '../../support/kits/deployment.ts';
import { library } from './library.ts';
import { person } from './people.ts';

export function search(deployment: () => Deployment): void {
  test('search: semantic mode finds a document without a common word, keyword mode one with it, hybrid mode both', async () => {
    const { owner, ids } = await library(deployment());
    const ice = await owner.search('mountains losing frozen water in a warming world', { mode: 'semantic' });
    expect(ice.body).toMatchObject({ mode: 'semantic', took_ms: expect.any(Number) });
    expect(ice.body.hits[0]).toMatchObject({ resource_id: ids.glacier, semantic_rank: 1 });
    const bread = await owner.search('"sour taste"', { mode: 'keyword' });
    expect(bread.body.hits.map(({ resource_id }) => resource_id)).toEqual([ids.sourdough]);
    expect(bread.body.hits[0]).toMatchObject({ keyword_rank: 1, passage: expect.stringContaining('sour taste') });
    const both = await owner.search('glacier');
    expect(both.body).toMatchObject({ query: 'glacier', mode: 'hybrid' });
    // The article and the note about it are found in both ways. Which goes first is the model's choice.
    expect(both.body.hits.slice(0, 2).map(({ resource_id }) => resource_id)).toEqual(
      expect.arrayContaining([ids.glacier, ids.notes]),
    );
    for (const hit of both.body.hits.slice(0, 2)) {
      expect(hit).toMatchObject({
        semantic_rank: expect.any(Number),
        keyword_rank: expect.any(Number),
        chunk: { position: expect.any(Number), heading_path: expect.any(Array) },
      });
    }
    expect(JSON.stringify(both.body)).not.toContain('null');
  });

  test('search: a hit says why, and marks the words in its passages; facets count all hits', async () => {
    const { owner, ids } = await library(deployment());
    const { body } = await owner.call<SearchAnswer>('GET', '/search?q=glaciers+melting');
    expect(body).not.toHaveProperty('degraded');
    const hit = body.hits.find(({ resource_id }) => resource_id === ids.glacier);
    expect(hit).toMatchObject({ why: { words: expect.arrayContaining(['glaciers']), meaning: expect.any(Number) } });
    expect(hit?.score).toBeGreaterThanOrEqual(0);
    expect(hit?.score).toBeLessThanOrEqual(1);
    const marked = hit?.passages.flatMap(({ text, highlights }) => highlights.map(([start, end]) => text.slice(start, end)));
    expect(marked?.map((word) => word.toLowerCase())).toContain('glacier');
    expect([hit?.passage, hit?.chunk]).toEqual([hit?.passages[0]?.text, hit?.passages[0]?.chunk]);
    expect(body.total).toBeGreaterThanOrEqual(body.hits.length);
    expect(body.facets?.language).toContainEqual({ value: 'en', count: expect.any(Number) });
  });

  test('search: phrases and excluded words bind in every mode, and fields in the question filter', async () => {
    const { owner, ids } = await library(deployment());
    const found = async (q: string, mode: string) =>
      (await owner.search(q, { mode })).body.hits.map(({ resource_id }) => resource_id);
    for (const mode of ['hybrid', 'semantic', 'keyword']) {
      expect([mode, await found('"sour taste"', mode)]).toEqual([mode, [ids.sourdough]]);
      expect([mode, await found('glacier -"reading notes" tag:own', mode)]).toEqual([mode, []]);
      expect([mode, await found('glacier tag:own', mode)]).toEqual([mode, [ids.notes]]);
      expect([mode, await found('glacier type:pdf', mode)]).toEqual([mode, []]);
    }
  });

  test('search: a misspelt word is corrected, nonsense finds nothing, and the beginning of a word finds it', async () => {
    const { owner, ids } = await library(deployment());
    const { body } = await owner.call<SearchAnswer>('GET', '/search?q=glacirs&mode=keyword');
    expect(body.corrected).toMatchObject({ from: 'glacirs' });
    expect(body.hits.map(({ resource_id }) => resource_id)).toContain(ids.glacier);
    expect((await owner.search('xqzzt blorf')).body.hits).toEqual([]);
    const begun = await owner.search('windowsi', { prefix: 'true' });
    expect(begun.body.hits.map(({ resource_id }) => resource_id)).toEqual([ids.sourdough]);
    const { body: suggested } = await owner.call<SuggestAnswer>('GET', '/search/suggest?q=windowsi');
    expect(suggested.words).toContain('windowsill');
  });

  test('search: by POST as by GET, and what is like a document without itself', async () => {
    const { owner, ids } = await library(deployment());
    const byGet = await owner.search('sour taste');
    const byPost = await owner.call<SearchAnswer>('POST', '/search', { q: 'sour taste' });
    const idsOf = (hits: readonly { resource_id: string }[]) => hits.map(({ resource_id }) => resource_id);
    expect(idsOf(byPost.body.hits)).toEqual(idsOf(byGet.body.hits));
    const like = await owner.call<SearchAnswer>('POST', '/search', { similar_to: ids.notes });
    expect(idsOf(like.body.hits)[0]).toBe(ids.glacier);
    expect(idsOf(like.body.hits)).not.toContain(ids.notes);
  });

  test('search: finds what was added and not what was deleted, without delay', async () => {
    const { owner } = await library(deployment());
    const id = await owner.post({ content: 'The quagga was a zebra of the Karoo.', content_type: 'text/plain' });
    await owner.finished(id);
    expect((await owner.search('quagga')).body.hits.map(({ resource_id }) => resource_id)).toContain(id);
    expect((await owner.call('DELETE', `/resources/${id}`)).status).toBe(204);
    expect((await owner.search('quagga')).body.hits.map(({ resource_id }) => resource_id)).not.toContain(id);
  });

  test('search: applies its filters', async () => {
    const { owner, ids } = await library(deployment());
    const found = async (filters: Record<string, string>) =>
      (await owner.search('glacier ice', filters)).body.hits.map(({ resource_id }) => resource_id);
    expect(await found({ tag: 'own' })).toEqual([ids.notes]);
    expect(await found({ category: 'science.earth', tag: 'glacier' })).toEqual([ids.glacier]);
    expect(await found({ language: 'de' })).toEqual([]);
    expect(await found({ min_quality: '1' })).toEqual([]);
  });

  test('search: pages contain every document once', async () => {
    const { owner, ids } = await library(deployment());
    const seen: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const { body } = await owner.search('how does a server that runs on one thread wait for ice', {
        limit: '2',
        ...(cursor === '' ? {} : { cursor }),
      });
      expect(body.hits.length).toBeLessThanOrEqual(2);
      seen.push(...body.hits.map(({ resource_id }) => resource_id));
      cursor = (body as { next_cursor?: string }).next_cursor;
    }
    expect(seen.length).toBeGreaterThan(2);
    expect(new Set(seen).size).toBe(seen.length);
    expect(Object.values(ids)).toEqual(expect.arrayContaining(seen));
  });

  test('search: any text is a query, and an invalid parameter is 422 and named', async () => {
    const { owner } = await library(deployment());
    for (const q of ['"', "'", 'glacier"', 'a AND', 'NEAR(a b', 'text:glacier', '*', '-glacier', '\u0000', '(', '日本語', '🧊'])
      expect([q, (await owner.search(q)).status]).toEqual([q, 200]);
    for (const [parameters, path] of [
      [{ q: ' ' }, 'q'],
      [{ q: 'x', mode: 'magic' }, 'mode'],
      [{ q: 'x', limit: '0' }, 'limit'],
      [{ q: 'x', cursor: 'zzz' }, 'cursor'],
    ] as const) {
      const { status, body } = await owner.call('GET', `/search?${new URLSearchParams(parameters)}`);
      expect([status, body]).toMatchObject([422, { errors: [{ path }] }]);
    }
  });

  test('search: finds no document of another owner', async () => {
    await library(deployment());
    const eve = await person(deployment());
    for (const mode of ['hybrid', 'semantic', 'keyword']) expect((await eve.search('glacier', { mode })).body.hits).toEqual([]);
  });

  test('graph: has links between resources, and the similar list has the most similar ones', async () => {
    const { owner, ids } = await library(deployment());
    const graph = await owner.call<{ nodes: { id: string; depth: number }[]; edges: object[] }>(
      'GET',
      `/resources/${ids.glacier}/graph?depth=2`,
    );
    expect(graph.status).toBe(200);
    expect(graph.body.nodes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: ids.glacier, depth: 0 }),
        expect.objectContaining({ id: ids.notes, depth: 1, title: 'Reading notes' }),
      ]),
    );
    expect(graph.body.edges).toContainEqual({
      source: ids.notes,
      target: ids.glacier,
      kind: 'links',
      weight: expect.any(Number),
      evidence: { context: expect.stringContaining('glaciers') },
    });
    const { body } = await owner.call<{ similar: { id: string; score: number }[] }>('GET', `/resources/${ids.glacier}/similar`);
    expect(body.similar.length).toBeGreaterThan(0);
    const scores = body.similar.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(Object.values(ids)).toEqual(expect.arrayContaining(body.similar.map(({ id }) => id)));
    expect((await owner.call('GET', `/resources/${ids.glacier}/graph?depth=9`)).status).toBe(422);
  });

  test('taxonomy: is a tree that every user may read and admins may replace', async () => {
    const { owner } = await library(deployment());
    const { status, body } = await owner.call<{ categories: { id: string; children: { id: string }[] }[] }>('GET', '/taxonomy');
    expect(status).toBe(200);
    const science = body.categories.find(({ id }) => id === 'science');
    expect(science?.children.map(({ id }) => id)).toContain('science.earth');
  });
}
