import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  documentsByMeaning,
  documentsByWords,
  documentsHoldingAll,
  inverseFrequency,
  nearestChunk,
} from '../../../../worker-node/search/rank/document-scores.ts';
import { embedWords, smallLibrary } from '../small-library.ts';

const WORDS = ['ice', 'sea', 'glacier', 'water'];
const documents = fc.array(
  fc.array(
    fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 5 }).map((words) => words.join(' ')),
    { minLength: 1, maxLength: 4 },
  ),
  { minLength: 1, maxLength: 8 },
);

describe('scores of documents', () => {
  it('are by words the best chunk, and half the weight of words that only other chunks hold', () => {
    fc.assert(
      fc.property(documents, (texts) => {
        const { index } = smallLibrary(texts.map((text, i) => ({ id: `${i}`, text })));
        const groups = WORDS.map((term) => ({ terms: [{ term }] }));
        const words = index.words(groups);
        const { scores, chunks } = documentsByWords(index, words, [1, 1, 1, 1]);
        for (const [i] of texts.entries()) {
          const slot = index.slotOf(`${i}`) as number;
          const own = index.chunksOf(slot).filter((chunk) => (words.scores[chunk] as number) > 0);
          const best = Math.max(0, ...own.map((chunk) => words.scores[chunk] as number));
          const shown = chunks[slot] as number;
          expect(own.length === 0 ? shown === -1 : words.scores[shown] === best).toBe(true);
          const elsewhere = WORDS.filter(
            (_, bit) =>
              own.some((chunk) => ((words.matched[chunk] as number) >>> bit) & 1) && !(((words.matched[shown] ?? 0) >>> bit) & 1),
          );
          const more = elsewhere.map((word) => inverseFrequency(words.frequencies[WORDS.indexOf(word)] as number, index.chunks));
          expect(scores[slot]).toBeCloseTo(best + 0.5 * more.reduce((sum, value) => sum + value, 0), 4);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('mark the documents that have a passage with every word, of up to 32', () => {
    fc.assert(
      fc.property(documents, fc.integer({ min: 1, max: 33 }), (texts, count) => {
        const { index } = smallLibrary(texts.map((text, i) => ({ id: `${i}`, text })));
        const asked = Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 'sea' : 'water'));
        const holds = documentsHoldingAll(index, index.words(asked.map((term) => ({ terms: [{ term }] }))), count);
        for (const [i, chunks] of texts.entries()) {
          const isHeld = count <= 32 && chunks.some((chunk) => asked.every((word) => chunk.split(' ').includes(word)));
          expect(holds[index.slotOf(`${i}`) as number]).toBe(isHeld ? 1 : 0);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('are by meaning the cosine of the nearest chunk, and 0 without a vector', () => {
    const { index } = smallLibrary([{ id: 'a', text: ['flour and butter', 'glacier'] }]);
    index.put({
      ...{ id: 'b', title: null, language: null, category: null, tags: [], contentType: null, createdAt: 0, qualityScore: null },
      ...{ metadata: {}, chunks: [{ seq: 99, text: 'glacier', context: '', embedding: null }] },
    });
    const cosines = index.meaning(embedWords('glacier'));
    const { scores, highest } = documentsByMeaning(index, cosines);
    const a = index.slotOf('a') as number;
    const b = index.slotOf('b') as number;
    expect(scores[a]).toBeGreaterThan(0.95);
    expect(highest).toBe(scores[a]);
    expect(index.seqOf(nearestChunk(index, a, cosines) as number)).toBe(2);
    expect([scores[b], nearestChunk(index, b, cosines)]).toEqual([0, undefined]);
  });
});
