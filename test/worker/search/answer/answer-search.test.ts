import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/kernel/core/errors.ts';
import { SEARCH_MODES } from '../../../../src/kernel/search/search-request.ts';
import { embedWords, idsOf, smallLibrary } from '../small-library.ts';

const GLACIER = { id: 'glacier', title: 'Why glaciers calve', text: 'Ice breaks off where a glacier meets the sea.' };
const TEA = { id: 'tea', title: 'A cup of tea', text: 'Boil the water and pour it over the leaves.' };
const CAR = { id: 'car', title: 'Repairing an engine', text: 'An automobile needs oil, and its engine needs air.' };
const BREAD = { id: 'bread', title: 'Bread', text: 'Knead flour and water. Wait an hour before the oven is hot.' };
const library = () => smallLibrary([GLACIER, TEA, CAR, BREAD]);

describe('answerSearch: what is found', () => {
  it('ranks the document that holds the words first, in each mode', async () => {
    for (const mode of SEARCH_MODES) expect(idsOf(await library().ask({ q: 'glacier ice', mode }))[0], mode).toBe('glacier');
  });

  it('finds a document that says the same in other words, except by words alone', async () => {
    expect(idsOf(await library().ask({ q: 'vehicle' }))).toContain('car');
    expect(idsOf(await library().ask({ q: 'vehicle', mode: 'keyword' }))).toEqual([]);
  });

  it('finds nothing for nonsense, and calls nothing weak', async () => {
    const answer = await library().ask({ q: 'xqzzt blorf', mode: 'keyword' });
    expect(answer).toMatchObject({ total: 0, hits: [], facets: { language: [] } });
    expect(answer.weak).toBeUndefined();
  });

  it('says that hits are weak where even the best one hardly has to do with the question', async () => {
    const text = 'Kneading, pouring, waiting and boiling are what a cook does all day.';
    const books = smallLibrary(Array.from({ length: 40 }, (_, i) => ({ id: `${i}`, text: `${text} Chapter ${i}.` })));
    const question = 'orbits galaxies comets planets and the chapter on eclipses';
    expect(await books.ask({ q: question, mode: 'keyword' })).toMatchObject({ weak: true, total: 40 });
    expect((await library().ask({ q: 'glacier ice sea' })).weak).toBeUndefined();
  });

  it('a question that is the title of the best hit has a score of at least .95, and one that is a part of it has not', async () => {
    const unknown = embedWords('saxophone');
    const books = smallLibrary([
      { id: 'a', title: 'The care of bees', text: 'They need water.' },
      { id: 'b', title: 'Tides', text: 'The moon and the sea, and what bees do there' },
      { id: 'c', text: 'Untitled care' },
    ]);
    for (const mode of ['hybrid', 'keyword'] as const) {
      const [first, ...others] = (await books.askBy(unknown, { q: 'care of the bee', mode })).hits;
      expect(first, mode).toMatchObject({ resource_id: 'a', score: 0.95 });
      for (const { score } of others) expect(score, mode).toBeLessThan(0.95);
      expect((await books.askBy(unknown, { q: 'bees', mode })).hits[0]?.score, mode).toBeLessThan(0.95);
      expect((await books.askBy(unknown, { q: 'care of bees in winter', mode })).hits[0]?.score, mode).toBeLessThan(0.95);
    }
  });

  it('the same nearness in meaning may be an answer in a library of three documents, and weak in one of a thousand', async () => {
    const few = [{ id: 'near', text: 'glacier' }, ...['bread', 'leaves'].map((text) => ({ id: text, text }))];
    const many = Array.from({ length: 1_000 }, (_, i) => ({ id: `tide${i}`, text: `tide ${i}` }));
    const [toward, away] = [embedWords('glacier'), embedWords('saxophone')];
    const question = toward.map((value, i) => 0.4 * value + 0.9 * (away[i] as number));
    const answers = [few, [...few, ...many]].map((documents) => smallLibrary(documents).askBy(question, { q: 'quokka' }));
    const [small, large] = await Promise.all(answers);
    expect([small?.hits[0]?.resource_id, small?.weak]).toEqual(['near', undefined]);
    expect([large?.hits[0]?.resource_id, large?.weak]).toEqual(['near', true]);
  });

  it('names the words of the question that a hit holds as they are typed: runs of characters and identifiers as one', async () => {
    const books = smallLibrary([
      { id: 'zh', text: '机器学习的方法', language: 'zh' },
      { id: 'code', text: 'call getUserById here' },
    ]);
    const wordsOf = async (q: string) => (await books.ask({ q, mode: 'keyword' })).hits[0]?.why.words;
    expect(await wordsOf('方法 机器学习')).toEqual(['方法', '机器学习']);
    expect(await wordsOf('机器学习入门')).toEqual(['机器学习']);
    expect(await wordsOf('here getUserById')).toEqual(['here', 'getUserById']);
    expect(await wordsOf('getUserByName')).toEqual(['get', 'User']);
  });

  it('calls nothing weak where a passage holds every word of the question, however little its meaning is known', async () => {
    const unknown = embedWords('orbits comets eclipses');
    expect((await library().askBy(unknown, { q: 'glacier ice' })).weak).toBeUndefined();
    expect((await library().askBy(unknown, { q: 'iceGlacier' })).weak).toBeUndefined();
    expect((await library().askBy(unknown, { q: 'gla-cier' })).weak).toBeUndefined();
    expect((await library().askBy(unknown, { q: 'glacier ice galaxies' })).weak).toBe(true);
    expect((await library().askBy(unknown, { q: 'glacier ice', mode: 'semantic' })).weak).toBe(
      (await library().askBy(unknown, { q: 'glacier ice galaxies', mode: 'semantic' })).weak,
    );
  });

  it('ranks the only document that holds a name first, though others are far nearer in meaning', async () => {
    const others = Array.from({ length: 40 }, (_, i) => ({
      id: `${i}`,
      text: `Chapter ${i} of a cook's day: knead, pour, wait and boil.`,
    }));
    const books = smallLibrary([...others, CAR, GLACIER, { id: 'bill', text: 'Paid to Brzeczyszczykiewicz by order 4471.' }]);
    const near = embedWords('automobile engine needs oil and air');
    expect(idsOf(await books.askBy(near, { q: 'Brzeczyszczykiewicz' }))[0]).toBe('bill');
    for (const q of ['the order 4471', 'order4471', 'Brzeczyszczykiewicz-order'])
      expect(idsOf(await books.askBy(near, { q }))[0], q).toBe('bill');
    expect(idsOf(await books.askBy(near, { q: 'which order was paid to somebody by a stranger' }))[0]).toBe('car');
  });

  it('asks for more nearness of a question of which the library holds no word', async () => {
    const near = embedWords('car oven').map((value, i) => value + (i % 2 === 0 ? 0.21 : -0.21));
    const books = smallLibrary([CAR, { id: 'oven', text: 'An oven.' }, TEA]);
    const cosine = near.reduce((sum, value, i) => sum + value * (embedWords('An oven.')[i] as number), 0) / Math.hypot(...near);
    expect(cosine).toBeGreaterThan(0.25);
    expect(cosine).toBeLessThan(0.36);
    expect(idsOf(await books.askBy(near, { q: 'unheard', mode: 'semantic' }))).not.toContain('oven');
    expect(idsOf(await books.askBy(near, { q: 'water', mode: 'semantic' }))).toContain('oven');
  });

  it('leaves out documents that do not hold a phrase, in each mode', async () => {
    const books = smallLibrary([
      { id: 'apart', text: 'A layer of paint at the boundary of a field.' },
      { id: 'together', text: 'The boundary layer of a wing.' },
    ]);
    for (const mode of SEARCH_MODES) expect(idsOf(await books.ask({ q: '"boundary layer"', mode })), mode).toEqual(['together']);
  });

  it('takes the quotation marks of a long text for quotations', async () => {
    const said = Array.from({ length: 30 }, (_, i) => `glacier${i}`).join(' ');
    expect(idsOf(await library().ask({ q: `"melting ice" ${said} glacier` }))).toContain('glacier');
    expect(idsOf(await library().ask({ q: '"melting ice" glacier' }))).toEqual([]);
  });

  it('leaves out documents that hold an excluded word, in each mode', async () => {
    for (const mode of SEARCH_MODES) {
      const found = idsOf(await library().ask({ q: 'water -leaves', mode }));
      expect(found, mode).not.toContain('tea');
      expect(found, mode).toContain('bread');
    }
  });

  it('corrects a word that the library lacks, says so and embeds the corrected text', async () => {
    const books = library();
    const answer = await books.ask({ q: 'glacoer ice' });
    expect(answer.corrected).toEqual({ from: 'glacoer ice', to: 'glacier ice' });
    expect(idsOf(answer)[0]).toBe('glacier');
    expect(books.embedded).toEqual(['glacier ice']);
  });

  it('corrects no word that the library has', async () => {
    expect((await library().ask({ q: 'glaciers and leaves' })).corrected).toBeUndefined();
  });

  it('completes the last word with prefix=true, and not without', async () => {
    expect(idsOf(await library().ask({ q: 'glac', prefix: true, mode: 'keyword' }))).toEqual(['glacier']);
    expect(idsOf(await library().ask({ q: 'glac', mode: 'keyword' }))).toEqual([]);
    expect(idsOf(await library().ask({ q: 'glac ', prefix: true, mode: 'keyword' })), 'after a blank').toEqual([]);
  });

  it('lists what passes the filters where nothing but filters is asked for', async () => {
    const books = smallLibrary([
      { id: 'a', text: 'One text.', tags: ['kept'] },
      { id: 'b', text: 'Another text.' },
    ]);
    expect(await books.ask({ q: 'tag:kept' })).toMatchObject({ total: 1, hits: [{ resource_id: 'a' }] });
  });

  it('counts hits and facets under the filters', async () => {
    const books = smallLibrary([
      { id: 'a', text: 'glacier', tags: ['ice'], language: 'en' },
      { id: 'b', text: 'glacier', tags: ['ice'], language: 'de' },
      { id: 'c', text: 'glacier', tags: ['sea'], language: 'de' },
    ]);
    const answer = await books.ask({ q: 'glacier', filters: { language: ['de'] } });
    expect(answer.total).toBe(2);
    expect(answer.facets?.language).toEqual([
      { value: 'de', count: 2 },
      { value: 'en', count: 1 },
    ]);
    expect(answer.facets?.tag).toEqual([
      { value: 'ice', count: 1 },
      { value: 'sea', count: 1 },
    ]);
  });

  it('narrows the filters of the request by those of the question', async () => {
    const books = smallLibrary([
      { id: 'a', text: 'glacier', tags: ['ice'], language: 'de' },
      { id: 'b', text: 'glacier', tags: ['ice'], language: 'en' },
    ]);
    expect(idsOf(await books.ask({ q: 'glacier language:de', filters: { tag: ['ice'] } }))).toEqual(['a']);
  });
});

describe('answerSearch: what a hit says', () => {
  it('has scores between 0 and 1 that do not rise', async () => {
    for (const mode of SEARCH_MODES) {
      const scores = (await library().ask({ q: 'water leaves flour', mode })).hits.map(({ score }) => score);
      expect(scores.length).toBeGreaterThan(1);
      expect(scores, mode).toEqual(scores.toSorted((a, b) => b - a));
      for (const score of scores) expect(score > 0 && score < 1, mode).toBe(true);
    }
  });

  it('tells the words that the document holds, its nearness and its ranks', async () => {
    const [first] = (await library().ask({ q: 'why does glacier water break' })).hits;
    expect(first).toMatchObject({ resource_id: 'glacier', keyword_rank: 1 });
    expect(first?.why.words.toSorted()).toEqual(['break', 'glacier']);
    const policy = { id: 'policy', text: 'Die Versicherung zahlt für ein Fahrrad.', language: 'de' };
    expect((await smallLibrary([policy]).ask({ q: 'Fahrradversicherung' })).hits[0]?.why.words).toEqual(['Fahrradversicherung']);
    expect(first?.why.meaning).toBeGreaterThan(0);
    expect(first?.why.meaning).toBeLessThanOrEqual(1);
  });

  it('has no rank by words where no word is shared', async () => {
    const { hits } = await library().ask({ q: 'vehicle' });
    expect(hits.find(({ resource_id: id }) => id === 'car')).not.toHaveProperty('keyword_rank');
  });

  it('says what tells documents apart, and where the title holds words of the question', async () => {
    const fields = { category: 'science.earth', tags: ['ice'], language: 'en', createdAt: 86_400_000 };
    const library = smallLibrary([{ id: 'g', title: 'Of glaciers', text: 'A glacier calves.', ...fields }]);
    expect((await library.ask({ q: 'glacier' })).hits[0]).toMatchObject({
      ...{ title_highlights: [[3, 11]], type: 'text/plain', category: 'science.earth', language: 'en', tags: ['ice'] },
      created_at: '1970-01-02T00:00:00.000Z',
    });
    const untold = smallLibrary([{ id: 'u', text: 'A glacier calves.' }]);
    const [hit] = (await untold.ask({ q: 'glacier' })).hits;
    expect(hit).toMatchObject({ title: 'Untitled', title_highlights: [], tags: [] });
    expect(hit).not.toHaveProperty('category');
  });

  it('shows at most three passages, the best first, and the first again as passage', async () => {
    const texts = [
      'Nothing of it.',
      'A glacier.',
      'Glacier, glacier and glacier ice.',
      'Ice on a glacier.',
      'The glacier of the ice.',
    ];
    const [hit] = (await smallLibrary([{ id: 'a', text: texts }, TEA]).ask({ q: 'glacier ice' })).hits;
    expect(hit?.passages).toHaveLength(3);
    expect(hit?.passages.map(({ text }) => text)).not.toContain('Nothing of it.');
    expect(hit).toMatchObject({ passage: hit?.passages[0]?.text, chunk: hit?.passages[0]?.chunk });
  });

  it('shows the passage that holds the phrase first', async () => {
    const text = ['A layer at the boundary of layers.', 'One word on the boundary layer, among many that say no more.'];
    const [hit] = (await smallLibrary([{ id: 'a', text }]).ask({ q: '"boundary layer"' })).hits;
    expect(hit?.passage).toBe(text[1]);
  });

  it('shows no second passage that has nothing to do with the question', async () => {
    const [hit] = (
      await smallLibrary([{ id: 'a', text: ['A glacier.', 'Flour and oil.'] }]).ask({ q: 'glacier', mode: 'keyword' })
    ).hits;
    expect(hit?.passages.map(({ text }) => text)).toEqual(['A glacier.']);
  });

  it('leaves out a document whose row is gone', async () => {
    const books = library();
    books.removeRow('glacier');
    expect(idsOf(await books.ask({ q: 'glacier' }))).not.toContain('glacier');
  });
});

describe('answerSearch: order and similarity', () => {
  it('sorts by date and by title', async () => {
    const books = smallLibrary([
      { id: 'b', title: 'Beta', text: 'glacier', createdAt: 3 },
      { id: 'a', title: 'alpha', text: 'glacier', createdAt: 1 },
      { id: 'c', title: 'Gamma', text: 'glacier', createdAt: 2 },
    ]);
    expect(idsOf(await books.ask({ q: 'glacier', sort: 'date' }))).toEqual(['b', 'c', 'a']);
    expect(idsOf(await books.ask({ q: 'glacier', sort: 'title' }))).toEqual(['a', 'b', 'c']);
  });

  it('answers what is similar to a resource, which is no hit itself', async () => {
    const id = '01900000-0000-7000-8000-000000000001';
    const books = smallLibrary([
      { id, title: 'Ice', text: 'A glacier is a river of ice.' },
      { id: 'near', text: 'The glacier and its ice.' },
      { id: 'far', text: 'Flour, oil and an oven.' },
    ]);
    for (const mode of SEARCH_MODES) {
      const found = idsOf(await books.ask({ similar_to: id, mode }));
      expect(found[0], mode).toBe('near');
      expect(found, mode).not.toContain(id);
    }
  });

  it('answers what is similar to a text', async () => {
    expect(idsOf(await library().ask({ similar_to: 'The engine of a vehicle' }))[0]).toBe('car');
  });

  it('finds what is like a text whatever odd words it has, and names those that a hit holds', async () => {
    const odd = fc.stringMatching(/^[xqzj]{5,9}$/);
    const books = library();
    await fc.assert(
      fc.asyncProperty(fc.array(odd, { minLength: 1, maxLength: 20 }), fc.constantFrom(...SEARCH_MODES), async (words, mode) => {
        const asked = { similar_to: `${words.join(' ')} engine oil`, mode };
        const { hits } = await books.askBy(embedWords('engine oil'), asked);
        expect(hits[0]?.resource_id).toBe('car');
        expect(hits[0]?.why.words.toSorted()).toEqual(['engine', 'oil']);
        const plain = await books.askBy(embedWords('engine oil'), { similar_to: 'engine oil', mode });
        expect(hits.map(({ resource_id, score }) => [resource_id, score])).toEqual(
          plain.hits.map(({ resource_id, score }) => [resource_id, score]),
        );
      }),
    );
  });

  it('mends errors of a text that others are to be like, and finds nothing like nonsense', async () => {
    const books = library();
    const answer = await books.ask({ similar_to: 'glaceir', mode: 'keyword' });
    expect([idsOf(answer)[0], answer.corrected]).toEqual(['glacier', { from: 'glaceir', to: 'glacier' }]);
    for (const mode of ['hybrid', 'keyword'] as const) {
      expect(idsOf(await books.ask({ similar_to: 'xqzzt blorf', mode }))).toEqual([]);
      const [known] = (await books.ask({ similar_to: 'why glaciers calve', mode })).hits;
      const [odd] = (await books.ask({ similar_to: 'why glaciers calve xqzzt', mode })).hits;
      expect([known?.score, (odd?.score ?? 0) < 0.95]).toEqual([0.95, true]);
    }
  });

  it('refuses to compare with a resource that the library does not hold', async () => {
    const asked = library().ask({ similar_to: '01900000-0000-7000-8000-00000000000f' });
    await expect(asked).rejects.toThrowError(AppError);
    await expect(asked).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('answerSearch: languages', () => {
  const text = 'Ein Gletscher kalbt ins Meer.';
  const books = (language: string) =>
    smallLibrary([
      { id: 'a', text, language },
      { ...BREAD, language },
      { ...TEA, language },
    ]);

  it('finds a text in a language that the model does not know by its words, not by a cosine alone', async () => {
    expect(idsOf(await books('de').ask({ q: 'Gletscher' }))[0]).toBe('a');
    expect(idsOf(await books('de').ask({ q: 'Wait an hour for the oven' }))).not.toContain('a');
    const alike = { id: 'alike', text: 'An automobile.' };
    expect(idsOf(await smallLibrary([{ ...alike, language: 'de' }, TEA, BREAD]).ask({ q: 'vehicle' }))).toEqual([]);
    expect(idsOf(await smallLibrary([{ ...alike, language: 'en' }, TEA, BREAD]).ask({ q: 'vehicle' }))).toEqual(['alike']);
  });
});
