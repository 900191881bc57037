import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SEARCH_MODES } from '../../../../src/kernel/search/search-request.ts';
import { towards } from '../../../../worker-node/search/rank/feedback.ts';
import { rankingSettingsOf } from '../../../../worker-node/search/rank/ranking-settings.ts';
import { relevanceBy } from '../../../../worker-node/search/rank/relevance.ts';
import { createScoreBuffers } from '../../../../worker-node/search/rank/score-buffers.ts';
import { selectBest } from '../../../../worker-node/search/rank/select-best.ts';
import { selectHighest } from '../../../../worker-node/search/rank/select-highest.ts';
import { spreadOfMeaning, spreadOfWords, standardised } from '../../../../worker-node/search/rank/spread.ts';

describe('selectHighest', () => {
  it('gives the same items as sorting them all, whatever keys are equal', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 200 }),
        fc.integer({ min: 0, max: 60 }),
        (keys, count) => {
          const items = Uint32Array.from(keys.keys()).filter((item) => item % 7 !== 0);
          const tie = (a: number, b: number) => ((a * 31) % 64) - ((b * 31) % 64) || b - a;
          const sorted = [...items].sort((a, b) => (keys[b] as number) - (keys[a] as number) || tie(a, b));
          expect(selectHighest(items, count, Float64Array.from(keys), tie)).toEqual(sorted.slice(0, count));
        },
      ),
    );
  });
});

describe('score buffers', () => {
  it('are filled with 0, however long they were before', () => {
    const buffers = createScoreBuffers();
    const lengths = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 10 });
    fc.assert(
      fc.property(lengths, (all) => {
        for (const length of all) {
          for (const kind of ['float32', 'float64', 'uint32', 'int32', 'uint8'] as const) {
            expect(buffers[kind]('scores', length)).toHaveLength(length);
            expect(buffers[kind]('scores', length).every((value) => value === 0)).toBe(true);
            buffers[kind]('scores', length).fill(1);
          }
        }
      }),
    );
  });

  it('of two names are two arrays', () => {
    const buffers = createScoreBuffers();
    const first = buffers.float32('first', 3).fill(1);
    buffers.float32('second', 3).fill(2);
    expect(first).toEqual(Float32Array.of(1, 1, 1));
  });
});

describe('selectBest', () => {
  it('selects what sorting everything would put first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 300 }), fc.nat(20), (keys, count) => {
        const compare = (a: number, b: number) => (keys[b] as number) - (keys[a] as number) || a - b;
        const items = [...keys.keys()];
        expect(selectBest(items, count, compare)).toEqual(items.toSorted(compare).slice(0, count));
      }),
    );
  });
});

describe('spreads', () => {
  it('standardise the scores of documents with a word to mean 0 and deviation 1', () => {
    const scores = Float32Array.of(0, 1, 0, 3, 5);
    const spread = spreadOfWords(scores);
    expect(spread.mean).toBe(3);
    expect(standardised(3, spread)).toBe(0);
    expect(standardised(5, spread)).toBeCloseTo(2 / Math.sqrt(8 / 3), 5);
  });

  it('never divide by a deviation of 0', () => {
    for (const spread of [spreadOfWords, spreadOfMeaning]) {
      for (const scores of [new Float32Array(3), Float32Array.of(2), Float32Array.of(0, 0.5, 0.5)]) {
        expect(Number.isFinite(standardised(0.5, spread(scores)))).toBe(true);
      }
    }
  });
});

describe('feedback', () => {
  it('turns a question towards the passages by its share', () => {
    const moved = towards(Float32Array.of(1, 0), [Float32Array.of(0, 2), Float32Array.of(0, 1)], 0.25);
    expect(Math.hypot(...moved)).toBeCloseTo(1, 5);
    expect((moved[1] as number) / (moved[0] as number)).toBeCloseTo(1 / 3, 5);
  });

  it('leaves a question as it is where no passage is known', () => {
    expect(towards(Float32Array.of(0.6, 0.8), [], 0.5)).toEqual(Float32Array.of(0.6, 0.8));
  });
});

describe('relevance', () => {
  it('lies between 0 and 1 and does not fall from a hit to one that is ordered before it, by each model and mode', () => {
    const evidence = fc.record({
      behind: fc.double({ min: -30, max: 0, noNaN: true }),
      cosine: fc.double({ min: -1, max: 1, noNaN: true }),
    });
    const question = fc.record({
      nearest: fc.double({ min: 0, max: 1, noNaN: true }),
      coverage: fc.double({ min: 0, max: 3, noNaN: true }),
    });
    for (const model of ['all-MiniLM-L6-v2', 'pharos-static-192', 'organisation/another:fp32@0123']) {
      const settings = rankingSettingsOf(model);
      for (const mode of SEARCH_MODES) {
        fc.assert(
          fc.property(question, evidence, evidence, (asked, a, b) => {
            const probability = relevanceBy(mode, asked, settings);
            const key = mode === 'semantic' ? 'cosine' : 'behind';
            const [low, high] = a[key] <= b[key] ? [a, b] : [b, a];
            expect(probability(low)).toBeLessThanOrEqual(probability(high));
            expect(probability(low)).toBeGreaterThan(0);
            expect(probability(high)).toBeLessThanOrEqual(1);
          }),
        );
      }
    }
  });

  it('takes the settings of a model by the name of its folder, in any precision', () => {
    expect(rankingSettingsOf('sentence-transformers/all-MiniLM-L6-v2:int8@f9ce5603fe96')).toBe(
      rankingSettingsOf('all-MiniLM-L6-v2'),
    );
    expect(rankingSettingsOf('multilingual-e5-small@00').floor).toBeGreaterThan(0.8);
  });
});
