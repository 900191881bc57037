import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QUALITY_DIMENSIONS, type QualityDimension } from '../../../src/kernel/model/quality.ts';
import { completeness } from '../../../worker-node/analysis/quality/completeness.ts';
import { credibility } from '../../../worker-node/analysis/quality/credibility.ts';
import { depth } from '../../../worker-node/analysis/quality/depth.ts';
import type { QualityFacts } from '../../../worker-node/analysis/quality/facts.ts';
import { freshness } from '../../../worker-node/analysis/quality/freshness.ts';
import { measureQuality } from '../../../worker-node/analysis/quality/measure.ts';
import { readability } from '../../../worker-node/analysis/quality/readability.ts';
import { STRUCTURE_SAMPLE, structure } from '../../../worker-node/analysis/quality/structure.ts';
import { DEFAULT_QUALITY_WEIGHTS } from '../../../worker-node/analysis/quality/weights.ts';

const NOW = Date.UTC(2026, 5, 1);
const WORDS = 'The glacier moves slowly downhill while snow above turns to ice and streams below run full of water. ';

const bare: QualityFacts = {
  ...{ title: null, description: null, authors: [], publishedAt: null, language: null, url: null, doi: null, arxivId: null },
  ...{ text: WORDS, prose: WORDS, wordCount: 18, headingPaths: [[]], references: [], now: NOW },
};
const DIMENSIONS = { completeness, credibility, depth, readability, structure, freshness };
const score = (facts: Partial<QualityFacts>, name: QualityDimension) => DIMENSIONS[name]({ ...bare, ...facts }).score;
const reasons = (facts: Partial<QualityFacts>, name: QualityDimension) =>
  DIMENSIONS[name]({ ...bare, ...facts }).reasons.join('\n');

const anyFacts: fc.Arbitrary<QualityFacts> = fc.record({
  title: fc.option(fc.string()),
  description: fc.option(fc.string()),
  authors: fc.array(fc.string(), { maxLength: 3 }),
  publishedAt: fc.option(
    fc.oneof(
      fc.string(),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.constant('2019'),
    ),
  ),
  language: fc.option(fc.constantFrom('en', 'de', 'xx')),
  url: fc.option(fc.oneof(fc.webUrl(), fc.string())),
  doi: fc.option(fc.constant('10.1000/1')),
  arxivId: fc.option(fc.constant('2401.00001')),
  text: fc.lorem({ maxCount: 60, mode: 'sentences' }),
  prose: fc.lorem({ maxCount: 60, mode: 'sentences' }),
  wordCount: fc.nat({ max: 100_000 }),
  headingPaths: fc.array(fc.array(fc.string(), { maxLength: 3 }), { maxLength: 5 }),
  references: fc.array(
    fc.oneof(
      fc.webUrl().map((url) => `url:${url}`),
      fc.constant('doi:10.1/2'),
    ),
    { maxLength: 20 },
  ),
  now: fc.constant(NOW),
});
/** Tiny weights become 0: the product of two would underflow to 0. */
const weight = fc.double({ min: 0, max: 10, noNaN: true }).map((given) => (given < 1e-9 ? 0 : given));
const anyWeights = fc
  .record(Object.fromEntries(QUALITY_DIMENSIONS.map((name) => [name, weight])) as Record<QualityDimension, fc.Arbitrary<number>>)
  .filter((weights) => Object.values(weights).some((weight) => weight > 0));

describe('measureQuality', () => {
  it('quality: every score and the total are 0 to 1 for any document and weights', () => {
    fc.assert(
      fc.property(anyFacts, anyWeights, (facts, weights) => {
        const { total, dimensions } = measureQuality(facts, weights);
        for (const name of QUALITY_DIMENSIONS) {
          const { score, weight, reasons } = dimensions[name];
          expect(weight).toBe(weights[name]);
          expect(reasons.length).toBeGreaterThan(0);
          if (score !== null) expect(score).toBeGreaterThanOrEqual(0);
          if (score !== null) expect(score).toBeLessThanOrEqual(1);
        }
        expect(total).toBeGreaterThanOrEqual(0);
        expect(total).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('quality: the total is the weighted mean of the dimensions that were measured', () => {
    fc.assert(
      fc.property(anyFacts, anyWeights, (facts, weights) => {
        const { total, dimensions } = measureQuality(facts, weights);
        const measured = QUALITY_DIMENSIONS.filter((name) => dimensions[name].score !== null && weights[name] > 0);
        fc.pre(measured.length > 0);
        const sum = measured.reduce((all, name) => all + weights[name], 0);
        const mean = measured.reduce((all, name) => all + (weights[name] / sum) * dimensions[name].score!, 0);
        expect(total).toBeCloseTo(mean, 3);
      }),
    );
  });

  it('quality: with one weight above 0 the total is that dimension’s score', () => {
    const none = Object.fromEntries(QUALITY_DIMENSIONS.map((name) => [name, 0])) as Record<QualityDimension, number>;
    const { total, dimensions } = measureQuality({ ...bare, language: 'en' }, { ...none, readability: 3 });
    expect(total).toBe(dimensions.readability.score);
  });

  it('quality: negative, NaN or all-zero weights throw RangeError', () => {
    expect(() => measureQuality(bare, { ...DEFAULT_QUALITY_WEIGHTS, depth: -1 })).toThrow(RangeError);
    expect(() => measureQuality(bare, { ...DEFAULT_QUALITY_WEIGHTS, depth: Number.NaN })).toThrow(RangeError);
    const none = Object.fromEntries(QUALITY_DIMENSIONS.map((name) => [name, 0])) as Record<QualityDimension, number>;
    expect(() => measureQuality(bare, none)).toThrow(RangeError);
  });
});

describe('freshness', () => {
  it('freshness: a missing, unreadable or future date gives no score', () => {
    expect(score({}, 'freshness')).toBeNull();
    expect(score({ publishedAt: 'yesterday' }, 'freshness')).toBeNull();
    expect(score({ publishedAt: '2031-01-01' }, 'freshness')).toBeNull();
  });

  it('freshness: the score halves every three years', () => {
    expect(score({ publishedAt: '2026-06-01' }, 'freshness')).toBe(1);
    expect(score({ publishedAt: '2023-06-01' }, 'freshness')).toBeCloseTo(0.5, 2);
    expect(reasons({ publishedAt: '2020-05-01' }, 'freshness')).toBe('It was published 6 years ago');
  });
});

describe('quality dimensions', () => {
  it('completeness: the reasons list present and missing fields', () => {
    const whole = {
      title: 'Ice',
      description: 'On ice',
      authors: ['I. Moreau'],
      publishedAt: '2026',
      language: 'en',
      wordCount: 400,
    };
    expect(score(whole, 'completeness')).toBe(1);
    expect(score({}, 'completeness')).toBeLessThan(0.1);
    expect(reasons({ title: 'Ice' }, 'completeness')).toMatch(/has a title[\s\S]*lacks a description, an author/);
  });

  it('credibility: HTTPS, references and a DOI each raise the score', () => {
    const plain = score({ url: 'http://a.example/' }, 'credibility')!;
    const secure = score({ url: 'https://a.example/' }, 'credibility')!;
    const cited = score({ url: 'https://a.example/', references: ['doi:10.1/2', 'url:https://b.example/x'] }, 'credibility')!;
    const paper = score(
      { url: 'https://a.example/', references: ['doi:10.1/2'], doi: '10.1/3', authors: ['A'], publishedAt: '2025' },
      'credibility',
    )!;
    expect([plain, secure, cited, paper]).toEqual([plain, secure, cited, paper].sort((a, b) => a - b));
    expect(reasons({ url: 'https://www.a.example/', references: ['url:https://a.example/2'] }, 'credibility')).toMatch(
      /refers to no other source/,
    );
  });

  it('depth: a varied text scores higher than a repetition of the same length', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    const varied = Array.from(
      { length: 800 },
      (_, i) => `w${letters[i % 26]}${letters[(i * 7) % 26]}${letters[Math.floor(i / 26) % 26]}x`,
    ).join(' ');
    const repeated = 'glacier '.repeat(800);
    expect(score({ text: varied, wordCount: 800 }, 'depth')!).toBeGreaterThan(
      score({ text: repeated, wordCount: 800 }, 'depth')!,
    );
    expect(score({ text: '', wordCount: 0 }, 'depth')).toBeNull();
  });

  it('readability: plain English scores higher than officialese, and other languages have no Flesch score', () => {
    const plain = 'The cat sat on the mat. It was a warm day. The dog lay in the sun and slept. '.repeat(5);
    const official =
      'Notwithstanding aforementioned institutional considerations, interdepartmental implementation necessitates comprehensive administrative reorganisation throughout organisational subdivisions. '.repeat(
        5,
      );
    expect(score({ text: plain, language: 'en' }, 'readability')!).toBeGreaterThan(0.85);
    expect(score({ text: official, language: 'en' }, 'readability')!).toBeLessThan(0.4);
    expect(reasons({ text: plain, language: 'en' }, 'readability')).toMatch(/Flesch/);
    expect(reasons({ text: plain, language: 'de' }, 'readability')).not.toMatch(/Flesch/);
  });

  it('structure: headings and paragraphs score higher than one block', () => {
    const paragraph = WORDS.repeat(6).trim();
    const block = { text: WORDS.repeat(60), wordCount: 1080, headingPaths: [[]] };
    const divided = {
      text: Array.from({ length: 10 }, (_, i) => `Heading ${i}\n\n${paragraph}`).join('\n\n'),
      wordCount: 1100,
      headingPaths: Array.from({ length: 10 }, (_, i) => [`Heading ${i}`]),
    };
    expect(score(divided, 'structure')!).toBeGreaterThan(score(block, 'structure')! + 0.5);
    expect(reasons(divided, 'structure')).toMatch(/10 headings and 10 paragraphs/);
  });

  it('structure: a long document scores as the part of it that is looked at', () => {
    const paragraph = WORDS.repeat(6).trim();
    const divided = (sections: number) => ({
      text: Array.from({ length: sections }, (_, i) => `Heading ${i}\n\n${paragraph}`).join('\n\n'),
      wordCount: 110 * sections,
      headingPaths: Array.from({ length: sections }, (_, i) => [`Heading ${i}`]),
    });
    expect(divided(3_000).text.length).toBeGreaterThan(4 * STRUCTURE_SAMPLE);
    expect(score(divided(3_000), 'structure')).toBeCloseTo(score(divided(200), 'structure')!, 2);
  });
});
