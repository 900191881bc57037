import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packagePath } from '../../src/adapters/package-files.ts';
import { sentenceRanges } from '../../worker-node/analysis/text/sentences.ts';
import { words } from '../../worker-node/analysis/text/words.ts';
import { createHuggingFaceTokeniser } from '../../worker-node/embedder/hugging-face-tokeniser.ts';
import { chunkText, MAX_CHUNK_LENGTH, type TextChunk } from '../../worker-node/ingest/chunk.ts';
import { contextOf, embeddedContext, embeddedText } from '../../worker-node/ingest/chunk-context.ts';
import { composeText, type Section } from '../../worker-node/ingest/document.ts';

const { tokeniser } = createHuggingFaceTokeniser(
  JSON.parse(readFileSync(packagePath('models/all-MiniLM-L6-v2/tokenizer.json'), 'utf8')) as object,
  {},
  1_000_000,
);
/** Without [CLS] and [SEP]. */
const tokensOf = (text: string) => tokeniser.encode(text).ids.length - 2;

const sentence = fc
  .tuple(
    fc.array(fc.oneof(fc.stringMatching(/^[a-zéß]{1,12}$/), fc.constantFrom('the', 'of', 'lighthouse', 'measured')), {
      minLength: 1,
      maxLength: 40,
    }),
    fc.constantFrom('.', '!', '?', '', '...', ' (sic).'),
  )
  .map(([parts, end]) => parts.join(' ') + end);
const anyParagraph = fc.oneof(
  { weight: 6, arbitrary: fc.array(sentence, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(' ')) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme' }).map((text) => text.trim()) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 2000, unit: 'binary' }) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.integer({ min: 1, max: 5000 }),
        fc.constantFrom(
          'x',
          'word ',
          'word, ',
          '漢字',
          '한국어',
          'ภาษาไทย',
          '😀',
          'e\u0301',
          '\u200b',
          'a\u200b',
          ' ',
          '. ',
          '≠',
          '[SEP]',
          'ﷺ',
        ),
        fc.constantFrom('', 'The end.', '\u0301'),
      )
      .map(([length, unit, end]) => unit.repeat(Math.ceil(length / unit.length)) + end),
  },
);
const paragraph = fc
  .oneof(
    { weight: 3, arbitrary: anyParagraph },
    { weight: 1, arbitrary: fc.tuple(anyParagraph, fc.constantFrom('', ' ', '. '), anyParagraph).map((parts) => parts.join('')) },
  )
  .map((text) => text.toWellFormed())
  .filter((text) => text.trim() !== '')
  .map((text) => ({ text, links: [] }));
const heading = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[A-Z][a-z]{2,10}$/) },
  {
    weight: 1,
    arbitrary: fc.array(fc.stringMatching(/^[A-Z][a-z]{2,10}$/), { minLength: 5, maxLength: 40 }).map((all) => all.join(' ')),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 300 }).map((length) => 'x'.repeat(length)) },
);
const anySections: fc.Arbitrary<Section[]> = fc.array(
  fc
    .record({
      headingPath: fc.array(heading, { minLength: 1, maxLength: 3 }),
      paragraphs: fc.array(paragraph, { maxLength: 6 }),
    })
    .map(({ headingPath, paragraphs }) => ({ headingPath, paragraphs, heading: { text: headingPath.at(-1) ?? '', links: [] } })),
  { minLength: 1, maxLength: 5 },
);
const anyTitle = fc.oneof(fc.constant(null), heading);

const chunk = (text: string, title: string | null = null) =>
  chunkText(text, [{ headingPath: [], inherited: 0, headingStart: 0, start: 0, end: text.length }], { title, language: 'en' });

/** What lies in no chunk. */
function uncoveredBy(chunks: readonly TextChunk[], text: string): string {
  let covered = 0;
  let uncovered = '';
  for (const { start, end } of chunks) {
    uncovered += text.slice(covered, Math.max(covered, start));
    covered = Math.max(covered, end);
  }
  return uncovered + text.slice(covered);
}

describe('chunkText', () => {
  it('chunks: each lies within one section, they are in order, and every character of a section but white space lies in one', () => {
    fc.assert(
      fc.property(anySections, anyTitle, (sections, title) => {
        const { text, sections: placed } = composeText(sections);
        const chunks = chunkText(text, placed, { title, language: 'en' });
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
        for (const { start, end } of placed) {
          const own = chunks.filter((each) => each.start >= start && each.end <= end);
          const shifted = own.map((each) => ({ ...each, start: each.start - start, end: each.end - start }));
          expect(uncoveredBy(shifted, text.slice(start, end)).trim()).toBe('');
        }
        // A heading is in a path or a chunk.
        const named = chunks.flatMap(({ headingPath, start, end }) => [...headingPath, text.slice(start, end)]).join('\n');
        for (const { headingPath } of sections) expect(named).toContain(headingPath.at(-1));
      }),
      { numRuns: 300 },
    );
  });

  it('chunks: none has more than 240 tokens with its context, or more than 3,000 characters', () => {
    fc.assert(
      fc.property(anySections, anyTitle, (sections, title) => {
        const { text, sections: placed } = composeText(sections);
        for (const { start, end, headingPath } of chunkText(text, placed, { title, language: 'en' })) {
          const own = text.slice(start, end);
          expect(own.length).toBeLessThanOrEqual(MAX_CHUNK_LENGTH);
          expect(tokensOf(embeddedText({ context: contextOf(title, headingPath), text: own }))).toBeLessThanOrEqual(240);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('chunks: each takes the sentences that fit, and begins with the last of the one before unless the next would not fit beside it', () => {
    fc.assert(
      fc.property(
        fc.array(sentence, { minLength: 1, maxLength: 60 }),
        fc.constantFrom(null, 'A title', 'long title '.repeat(40)),
        (all, title) => {
          const text = all.join(' ');
          const room = 240 - tokensOf(embeddedContext(title ?? ''));
          const units = sentenceRanges(text, 'en');
          fc.pre(units.every(({ start, end }) => tokensOf(text.slice(start, end)) <= room));
          const tokens = (first: number, last: number) => tokensOf(text.slice(units[first]!.start, units[last]!.end));
          const expected: { start: number; end: number }[] = [];
          for (let first = 0, last = -1; last < units.length - 1; ) {
            first = last >= 0 && tokens(last, last + 1) <= room ? last : last + 1;
            last = Math.max(last + 1, first);
            while (last + 1 < units.length && tokens(first, last + 1) <= room) last++;
            expected.push({ start: units[first]!.start, end: units[last]!.end });
          }
          expect(chunk(text, title).map(({ start, end }) => ({ start, end }))).toEqual(expected);
        },
      ),
      { numRuns: 100 },
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

  it('chunks: plain English fills them with about 170 words', () => {
    const text = Array.from({ length: 80 }, (_, i) => `The keeper of lighthouse number ${i} measured the wind twice a day.`).join(
      ' ',
    );
    const chunks = chunk(text, 'A log of the coast');
    expect(chunks.length).toBeGreaterThan(3);
    for (const { start, end, wordCount } of chunks.slice(0, -1)) {
      expect(text.slice(start, end)).toMatch(/^The keeper .* day\.$/);
      expect(wordCount).toBeGreaterThan(160);
      expect(wordCount).toBeLessThan(230);
    }
  });

  it('chunks: a sentence of 5,000 words is cut where a word ends, without losing a word and before spaces', () => {
    const text = Array.from({ length: 5000 }, (_, i) => `w${i},`).join(' ');
    const chunks = chunk(text);
    expect(chunks.flatMap(({ start, end }) => words(text.slice(start, end)))).toEqual(words(text));
    for (const { start, end } of chunks) expect(text.slice(start, end)).toMatch(/^w\d+, .*,$/);
  });

  it('chunks: a word that the tokeniser does not know counts by its length', () => {
    const text = `${'ภาษาไทย'.repeat(400)} ${'x'.repeat(5000)}`;
    for (const { start, end } of chunk(text)) expect(end - start).toBeLessThanOrEqual(240 * 4);
  });

  it('chunks: 300 KB without spaces, of spaces, of invisible characters or of one-letter sentences is covered', () => {
    for (const unit of ['x', ' ', '\u200b', '漢', 'A. ', '[SEP', '\u0301']) {
      const text = `Start ${unit.repeat(300_000 / unit.length)} end`;
      const chunks = chunk(text);
      expect(uncoveredBy(chunks, text).trim()).toBe('');
      for (const { start, end } of chunks) expect(end - start).toBeLessThanOrEqual(MAX_CHUNK_LENGTH);
    }
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

  it('chunks: a heading of over 300 characters, which a path cuts, is part of the text of its section', () => {
    const long = `Heading ${'of many words '.repeat(40)}ends here`;
    const sections = [
      { headingPath: [long.slice(0, 300)], heading: { text: long, links: [] }, paragraphs: [{ text: 'Text.', links: [] }] },
    ];
    const { text, sections: placed } = composeText(sections);
    const chunks = chunkText(text, placed, { title: null, language: 'en' });
    // The mark of the heading is no text of it.
    expect(uncoveredBy(chunks, text).trim()).toBe('#');
  });
});

describe('embeddedContext', () => {
  const parts = fc.array(
    fc.oneof(
      heading,
      anyParagraph.map((text) => text.toWellFormed().slice(0, 300)),
    ),
    { maxLength: 7 },
  );

  it('context: at most 60 tokens of it are embedded, and all of a shorter one', () => {
    fc.assert(
      fc.property(anyTitle, parts, (title, path) => {
        const context = contextOf(title, path);
        const embedded = embeddedContext(context);
        expect(tokensOf(embedded)).toBeLessThanOrEqual(60);
        // No token is shorter than a letter, and a Korean syllable is up to three of them to the tokeniser.
        if (context.normalize('NFD').length <= 60) expect(embedded).toBe(context);
        expect(embedded.isWellFormed()).toBe(true);
      }),
      { numRuns: 300, examples: [['x', ['한국어'.repeat(8)]]] },
    );
  });

  it('context: of a long one the outer headings are left out first, then title and last heading are cut at a word', () => {
    const outer = 'outer '.repeat(30).trim();
    expect(embeddedContext(contextOf('Title', [outer.repeat(2), 'Middle', 'Last']))).toBe('Title > Middle > Last');
    expect(embeddedContext(contextOf('Title', [outer, outer.toUpperCase(), 'Last']))).toBe(
      `Title > ${outer.toUpperCase()} > Last`,
    );
    const cut = embeddedContext(contextOf('title '.repeat(100).trim(), ['last '.repeat(100).trim()]));
    expect(cut).toBe(`${'title '.repeat(30).trim()} > ${'last '.repeat(29).trim()}`);
    expect(embeddedContext('x'.repeat(500))).toBe('x'.repeat(240));
  });

  it('context: a chunk without one is embedded as it is', () => {
    expect(embeddedText({ context: '', text: 'Text.' })).toBe('Text.');
    expect(embeddedText({ context: 'Title', text: 'Text.' })).toBe('Title\nText.');
    // A note of one line is its own title.
    expect(embeddedText({ context: 'Buy milk today.', text: 'Buy milk\ntoday.' })).toBe('Buy milk\ntoday.');
  });
});
