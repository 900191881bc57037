import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { words } from '../../worker-node/analysis/text/words.ts';
import { chunkText, TARGET_WORDS } from '../../worker-node/ingest/chunk.ts';
import { composeText, type Section } from '../../worker-node/ingest/document.ts';

const sentence = fc
  .tuple(
    fc.array(fc.stringMatching(/^[a-zéß]{1,12}$/), { minLength: 1, maxLength: 40 }),
    fc.constantFrom('.', '!', '?', '', '...', ' (sic).'),
  )
  .map(([parts, end]) => parts.join(' ') + end);
const anyParagraph = fc.oneof(
  { weight: 4, arbitrary: fc.array(sentence, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(' ')) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme' }).map((text) => text.trim()) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 900 }).map((count) => 'word '.repeat(count).trim()) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 9000 }).map((count) => 'x'.repeat(count)) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 5000 }).map((count) => '漢字'.repeat(count)) },
);
const paragraph = anyParagraph.filter((text) => text.trim() !== '').map((text) => ({ text, links: [] }));
const heading = fc.stringMatching(/^[A-Z][a-z]{2,10}$/);
const anySections: fc.Arbitrary<Section[]> = fc.array(
  fc
    .record({
      headingPath: fc.array(heading, { minLength: 1, maxLength: 3 }),
      paragraphs: fc.array(paragraph, { maxLength: 6 }),
    })
    .map(({ headingPath, paragraphs }) => ({ headingPath, paragraphs, heading: { text: headingPath.at(-1) ?? '', links: [] } })),
  { minLength: 1, maxLength: 5 },
);

const chunk = (text: string) => chunkText(text, [{ headingPath: [], start: 0, end: text.length }], 'en');

describe('chunkText', () => {
  it('chunks: each lies within one section, they are in order, and together they cover every word outside headings', () => {
    fc.assert(
      fc.property(anySections, (sections) => {
        const { text, sections: placed } = composeText(sections);
        const chunks = chunkText(text, placed, 'en');
        for (const { start, end, wordCount } of chunks) {
          expect(end).toBeGreaterThan(start);
          expect(placed.some((section) => section.start <= start && end <= section.end)).toBe(true);
          expect(words(text.slice(start, end))).toHaveLength(wordCount);
        }
        for (const [index, { start, end }] of chunks.entries()) {
          const next = chunks[index + 1];
          if (next) expect(next.start).toBeGreaterThan(start);
          if (next) expect(next.end).toBeGreaterThan(end);
        }
        // Text outside chunks is white space or a heading, and every heading is in a path or a chunk.
        let covered = 0;
        let uncovered = '';
        for (const { start, end } of chunks) {
          uncovered += text.slice(covered, Math.max(covered, start));
          covered = Math.max(covered, end);
        }
        uncovered += text.slice(covered);
        const headings = sections.map(({ headingPath }) => headingPath.at(-1));
        for (const word of words(uncovered)) expect(headings).toContain(word);
        const named = chunks.flatMap(({ headingPath, start, end }) => [...headingPath, text.slice(start, end)]).join('\n');
        for (const word of headings) expect(named).toContain(word);
      }),
      { numRuns: 300 },
    );
  });

  it('chunks: a surrogate pair is never split', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), fc.constantFrom('', 'a'), (count, lead) => {
        const text = lead + '😀'.repeat(count);
        for (const { start, end } of chunk(text)) expect(text.slice(start, end).isWellFormed()).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('chunks: each has about 200 words of whole sentences and starts with the last sentence of the one before', () => {
    const text = Array.from({ length: 60 }, (_, i) => `Sentence number ${i} has exactly nine plain words here.`).join(' ');
    const chunks = chunk(text);
    expect(chunks.length).toBeGreaterThan(2);
    for (const [index, { start, end, wordCount }] of chunks.entries()) {
      const own = text.slice(start, end);
      expect(own).toMatch(/^Sentence number \d+ .*here\.$/);
      if (index < chunks.length - 1) expect(wordCount).toBeGreaterThan(TARGET_WORDS - 10);
      expect(wordCount).toBeLessThanOrEqual(TARGET_WORDS + 40);
      const next = chunks[index + 1];
      if (next) expect(text.slice(next.start, end)).toMatch(/^Sentence number \d+ has exactly nine plain words here\.$/);
    }
  });

  it('chunks: a sentence of 5,000 words is split without losing a word', () => {
    const text = Array.from({ length: 5000 }, (_, i) => `w${i}`).join(' ');
    const chunks = chunk(text);
    for (const { wordCount } of chunks) expect(wordCount).toBeLessThanOrEqual(TARGET_WORDS + 40);
    expect(chunks.flatMap(({ start, end }) => words(text.slice(start, end)))).toEqual(words(text));
  });

  it('chunks: no chunk ends at an abbreviation', () => {
    const filler = 'Plain words fill the space before it here. '.repeat(24);
    const text = `${filler}The study by Dr. Smith et al. in Fig. 3 shows this. ${filler}`;
    for (const { start, end } of chunk(text)) expect(text.slice(start, end)).not.toMatch(/(?:Dr|al|Fig)\.$/);
  });

  it('chunks: an empty text has no chunks', () => {
    expect(chunk('')).toEqual([]);
    expect(chunk(' \n ')).toEqual([]);
  });
});
