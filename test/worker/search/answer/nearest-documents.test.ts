import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearestDocuments } from '../../../../worker-node/search/answer/nearest-documents.ts';
import { libraryEngine } from '../../../../worker-node/search/library-engine.ts';

const component = fc.integer({ min: -10, max: 10 });
const unit = fc
  .tuple(component, component, component)
  .filter((vector) => vector.some((one) => one !== 0))
  .map((vector) => vector.map((one) => one / Math.hypot(...vector)));
/** A document has a vector for each chunk, or none where it is not embedded. */
const documents = fc.array(fc.array(fc.option(unit, { freq: 6 }), { minLength: 1, maxLength: 3 }), { maxLength: 8 });

function naive(vectors: (number[] | null)[], question: number[]): number | undefined {
  const sum = [0, 1, 2].map((i) => vectors.reduce((total, vector) => total + (vector?.[i] ?? 0), 0));
  const length = Math.hypot(...sum);
  if (length < 0.05) return undefined;
  return sum.reduce((dot, one, i) => dot + (one / length) * question[i]!, 0);
}

test('nearest documents: those of a naive comparison of mean vectors, up to the steps that an index keeps', () => {
  fc.assert(
    fc.property(documents, unit, (library, question) => {
      const index = libraryEngine.create();
      for (const [n, vectors] of library.entries()) {
        const chunks = vectors.map((vector, seq) => ({
          ...{ seq: n * 10 + seq, text: `text ${n}`, context: '', embedding: vector && Float32Array.from(vector) },
        }));
        index.put({
          ...{ id: `d${n}`, title: null, language: 'en', category: null, tags: [], contentType: null },
          ...{ createdAt: 0, qualityScore: null, metadata: {}, chunks },
        });
      }
      index.settle();
      const found = nearestDocuments(index, Float32Array.from(question), { exceptId: 'd0', limit: 100 });
      const cosines = new Map(found.map(({ resource_id: id, cosine }) => [id, cosine]));
      expect(cosines.has('d0')).toBe(false);
      expect(found.map(({ cosine }) => cosine)).toEqual(found.map(({ cosine }) => cosine).sort((a, b) => b - a));
      for (const [n, vectors] of library.entries()) {
        const expected = naive(vectors, question);
        // Vectors that cancel each other out, or stand at right angles to the question, say nothing about the document.
        const says = vectors.some((one) => one && Math.abs(one.reduce((dot, x, i) => dot + x * question[i]!, 0)) > 0.05);
        if (n === 0 || expected === undefined || !says) continue;
        expect(cosines.get(`d${n}`)).toBeGreaterThan(expected - 0.3);
        expect(cosines.get(`d${n}`)).toBeLessThan(expected + 0.3);
      }
    }),
  );
});

test('nearest documents: at most as many as asked for, the nearest ones', () => {
  const index = libraryEngine.create();
  for (let n = 0; n < 20; n++) {
    const angle = (n * Math.PI) / 40;
    const chunks = [{ seq: n, text: 'text', context: '', embedding: Float32Array.of(Math.cos(angle), Math.sin(angle)) }];
    index.put({
      ...{ id: `d${n}`, title: null, language: 'en', category: null, tags: [], contentType: null },
      ...{ createdAt: 0, qualityScore: null, metadata: {}, chunks },
    });
  }
  index.settle();
  const found = nearestDocuments(index, Float32Array.of(1, 0), { exceptId: 'd1', limit: 3 });
  expect(found.map(({ resource_id: id }) => id)).toEqual(['d0', 'd2', 'd3']);
  expect(nearestDocuments(libraryEngine.create(), Float32Array.of(1, 0), { exceptId: 'd1', limit: 3 })).toEqual([]);
});
