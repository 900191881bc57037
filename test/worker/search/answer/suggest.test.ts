import { describe, expect, it } from 'vitest';
import { neighbours } from '../../../../worker-node/search/answer/neighbours.ts';
import { suggest } from '../../../../worker-node/search/answer/suggest.ts';
import { smallLibrary } from '../small-library.ts';

const library = () =>
  smallLibrary([
    { id: 'calve', title: 'Why glaciers calve', text: 'Ice breaks off where a glacier meets the sea.' },
    { id: 'melt', title: 'Glaciers and the sea', text: 'The ice of a glacier melts into the sea.' },
    { id: 'bread', title: 'Bread', text: 'Flour, water and glass. A glacier is cold.' },
  ]);

describe('suggest', () => {
  it('names titles that hold each word, of which the last may be the beginning', () => {
    const { titles } = suggest(library().index, { q: 'glaciers ca', limit: 5 });
    expect(titles).toEqual([{ resource_id: 'calve', title: 'Why glaciers calve' }]);
    expect(suggest(library().index, { q: 'gla', limit: 5 }).titles).toHaveLength(2);
  });

  it('names words of the library that the last one begins, the most frequent first', () => {
    const { words } = suggest(library().index, { q: 'cold gla', limit: 5 });
    expect(words[0]).toMatch(/^glacier/);
    expect(words).toContain('glass');
  });

  it('keeps to the limit', () => {
    const { titles, words } = suggest(library().index, { q: 'gla', limit: 1 });
    expect([titles.length, words.length]).toEqual([1, 1]);
  });

  it('names nothing for what holds no word', () => {
    for (const q of ['', '  ', '?!', '\ud800'])
      expect(suggest(library().index, { q, limit: 5 })).toEqual({ titles: [], words: [] });
  });
});

describe('neighbours', () => {
  it('are like the document by meaning and by words, which are named, and do not hold it', async () => {
    const { index, readHits } = library();
    const { neighbours: found } = await neighbours(index, readHits, { resource_id: 'calve', limit: 2 });
    expect(found.map(({ resource_id: id }) => id)).toEqual(['melt', 'bread']);
    expect(found[0]?.words).toEqual(expect.arrayContaining(['glaciers']));
    for (const { score, cosine } of found) {
      expect(score >= 0 && score <= 1).toBe(true);
      expect(cosine >= 0 && cosine <= 1).toBe(true);
    }
    expect(found[0]?.score).toBeGreaterThan(found[1]?.score as number);
  });

  it('are none for a document that the library does not hold', async () => {
    const { index, readHits } = library();
    expect(await neighbours(index, readHits, { resource_id: 'gone', limit: 2 })).toEqual({ neighbours: [] });
  });
});
