/** Documents that lie so near to each other that vectors of 8 bits cannot tell their order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RANKED_AGAIN } from '../../../../worker-node/search/answer/rank-again.ts';
import { normalised } from '../../../../worker-node/search/rank/feedback.ts';
import { idsOf, type SmallLibrary, smallLibrary } from '../small-library.ts';

const DIMENSIONS = 64;
const direction = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: DIMENSIONS, maxLength: DIMENSIONS });
/** Less than a step of 8 bits. */
const LITTLE = 0.01;

const cosineOf = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

/** A question and documents around one point, in the order of their cosines; no two of them are equally near. */
const closeDocuments = fc
  .tuple(direction, fc.array(direction, { minLength: 3, maxLength: RANKED_AGAIN }))
  .map(([center, offsets]) => {
    const question = normalised(Float32Array.from(center, (value) => value + 0.01));
    const documents = offsets.map((offset, i) => {
      const vector = normalised(question.map((value, at) => value + LITTLE * (offset[at] as number)));
      return { id: `id-${i}`, vector, cosine: cosineOf(question, vector) };
    });
    return { question, documents: documents.sort((a, b) => b.cosine - a.cosine) };
  })
  .filter(({ documents }) => documents.every(({ cosine }, i) => i === 0 || (documents[i - 1]?.cosine ?? 0) - cosine > 1e-6));

const libraryOf = (documents: readonly { readonly id: string; readonly vector: Float32Array }[]): SmallLibrary =>
  smallLibrary(documents.map(({ id, vector }) => ({ id, vector, text: 'ice' })));

describe('the best hits', () => {
  it('are in the order of their full vectors, on one page and on many, also when their list is no longer kept', async () => {
    await fc.assert(
      fc.asyncProperty(
        closeDocuments,
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        async ({ question, documents }, limit, forgets) => {
          const library = libraryOf(documents);
          const expected = documents.map(({ id }) => id);
          const whole = await library.askBy(question, { q: 'ocean', mode: 'semantic', limit: 100 });
          expect(idsOf(whole)).toEqual(expected);
          for (const [i, { why, semantic_rank }] of whole.hits.entries()) {
            expect(why.meaning).toBeCloseTo(documents[i]?.cosine as number, 6);
            expect(semantic_rank).toBe(i + 1);
          }
          const paged: string[] = [];
          let cursor: string | undefined;
          do {
            const page = await library.askBy(question, { q: 'ocean', mode: 'semantic', limit, cursor });
            paged.push(...idsOf(page));
            cursor = page.next_cursor;
            for (let i = 0; forgets && i < 64; i++)
              await library.askBy(question, { q: `ocean ${i}`, mode: 'semantic', limit: 1 });
          } while (cursor !== undefined && paged.length < 100);
          expect(paged).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are as likely as those behind them or more, in every mode', async () => {
    await fc.assert(
      fc.asyncProperty(closeDocuments, fc.constantFrom('semantic', 'hybrid'), async ({ question, documents }, mode) => {
        const { hits } = await libraryOf(documents).askBy(question, { q: 'ice', mode, limit: 100 });
        expect(hits).toHaveLength(documents.length);
        for (const [i, { score }] of hits.entries()) expect(score).toBeLessThanOrEqual(hits[i - 1]?.score ?? 1);
      }),
      { numRuns: 60 },
    );
  });

  it('keep their places where their vectors are no longer in the database', async () => {
    await fc.assert(
      fc.asyncProperty(closeDocuments, async ({ question, documents }) => {
        const library = libraryOf(documents);
        library.removeVectors();
        const { hits } = await library.askBy(question, { q: 'ocean', mode: 'semantic', limit: 100 });
        expect(hits).toHaveLength(documents.length);
        for (const [i, { why }] of hits.entries()) expect(why.meaning).toBeLessThanOrEqual(hits[i - 1]?.why.meaning ?? 1);
      }),
      { numRuns: 20 },
    );
  });

  it('are those of the library as it was scored, whatever is removed, added and asked while their vectors are read', async () => {
    await fc.assert(
      fc.asyncProperty(closeDocuments, fc.nat(100), async ({ question, documents }, random) => {
        const library = libraryOf(documents);
        const victim = documents[random % documents.length] as { id: string };
        let happened = false;
        library.whileReadingVectors(async () => {
          if (happened) return;
          happened = true;
          library.remove(victim.id);
          library.put({ id: 'new', text: 'something else about the sea', vector: question });
          await library.askBy(
            question.map((value) => -value),
            { q: 'else sea', limit: 100 },
          );
        });
        const { hits } = await library.askBy(question, { q: 'ocean', mode: 'semantic', limit: 100 });
        const expected = documents.map(({ id }) => id).filter((id) => id !== victim.id);
        expect(hits.map((hit) => hit.resource_id)).toEqual(expected);
        expect(hits.map((hit) => hit.passage)).toEqual(expected.map(() => 'ice'));
      }),
      { numRuns: 40 },
    );
  });
});
