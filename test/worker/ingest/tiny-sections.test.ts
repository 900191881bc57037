import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunkText, MAX_CHUNK_LENGTH } from '../../../worker-node/ingest/chunk.ts';
import { contextOf, embeddedText } from '../../../worker-node/ingest/chunk-context.ts';
import { MAX_CHUNK_TOKENS, measure } from '../../../worker-node/ingest/chunk-tokens.ts';
import { type ComposedText, composeText, createSectionBuilder } from '../../../worker-node/ingest/document.ts';
import { readDocument } from '../../../worker-node/ingest/read-document.ts';
import { prose } from '../../../worker-node/ingest/readers/blocks.ts';
import { hasTinySections, joinTinySections } from '../../../worker-node/ingest/tiny-sections.ts';

/** A heading of a level, or a paragraph of so many words. */
type Part = { readonly level: number } | { readonly words: number };

/** Headings are numbered, so that each is found in the text or not. */
function compose(parts: readonly Part[]): ComposedText {
  const builder = createSectionBuilder();
  for (const [n, part] of parts.entries()) {
    if ('level' in part) builder.heading(part.level, prose(`Heading${n}`));
    else builder.paragraph(prose('ice '.repeat(part.words).trim()));
  }
  return composeText(builder.finish());
}

const join = ({ text, sections }: ComposedText, title: string | null = null) =>
  joinTinySections(text, sections, { title, maxLength: MAX_CHUNK_LENGTH });

const anyPart = fc.oneof(
  fc.integer({ min: 1, max: 6 }).map((level) => ({ level })),
  fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 400 })).map((words) => ({ words })),
);
const anyParts = fc.array(anyPart, { minLength: 1, maxLength: 60 });

describe('joinTinySections', () => {
  test('tiny sections: those that are joined are in order and complete, and every heading is in the path or in the text', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const composed = compose(parts);
        const joined = join(composed);
        for (const [index, { start, end }] of joined.entries()) {
          expect(start).toBeLessThan(end);
          expect(joined[index + 1]?.start ?? composed.text.length).toBeGreaterThanOrEqual(end);
        }
        for (const { headingPath, start, end } of composed.sections) {
          const around = joined.find((each) => each.start <= start && end <= each.end);
          expect(around).toBeDefined();
          const lines = composed.text.slice(around?.start, around?.end).split('\n');
          const named = [...(around?.headingPath ?? []), ...lines.map((line) => line.replace(/^#+ /, ''))];
          expect(named).toEqual(expect.arrayContaining([...headingPath]));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('tiny sections: those that are joined fit into one chunk with their context', () => {
    fc.assert(
      fc.property(anyParts, fc.constantFrom(null, 'A title', 'long title '.repeat(40)), (parts, title) => {
        const { text, sections } = compose(parts);
        const alone = new Set(sections.map(({ start, end }) => `${start} ${end}`));
        for (const { headingPath, start, end } of join({ text, sections, links: [], pages: [] }, title)) {
          if (alone.has(`${start} ${end}`)) continue;
          const embedded = embeddedText({ context: contextOf(title, headingPath), text: text.slice(start, end) });
          expect(measure(embedded)).toBeLessThanOrEqual(MAX_CHUNK_TOKENS);
          expect(end - start).toBeLessThanOrEqual(MAX_CHUNK_LENGTH);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('tiny sections: however headings are nested, what is joined is in proportion to the tokens of the text', () => {
    const many = fc.array(
      fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: 1, max: 6 }).map((level) => ({ level })) },
        { weight: 1, arbitrary: fc.constant({ words: 1 }) },
      ),
      { minLength: 200, maxLength: 600 },
    );
    fc.assert(
      fc.property(many, (parts) => {
        const composed = compose(parts);
        // A joined section is full, or one of six levels is left behind it.
        const full = measure(composed.text) / ((MAX_CHUNK_TOKENS - 60) / 2);
        expect(join(composed).length).toBeLessThanOrEqual(6 * (full + 1));
      }),
      { numRuns: 100 },
    );
  });
});

describe('chunks of tiny sections', () => {
  const pairs = (count: number, words: number) => Array.from({ length: count }, (): Part[] => [{ level: 2 }, { words }]).flat();

  test('chunks: up to 2,000 tiny sections, and any number of ordinary ones, are a chunk each', () => {
    for (const [count, words] of [
      [2_000, 1],
      [4_000, 60],
    ] as const) {
      const { text, sections } = compose(pairs(count, words));
      expect(hasTinySections(text, sections)).toBe(false);
      expect(chunkText(text, sections, { title: 'Terms', language: 'en' })).toHaveLength(count);
    }
  });

  test('chunks: 30,000 tiny sections are joined, with their headings in the text and a path that all share', () => {
    const { text, sections } = compose([{ level: 1 }, ...pairs(30_000, 2)]);
    const chunks = chunkText(text, sections, { title: 'Terms', language: 'en' });
    expect(chunks.length).toBeLessThan(30_000 / 15);
    const last = chunks.at(-1);
    expect(last?.headingPath).toEqual(['Heading0']);
    expect(text.slice(last?.start, last?.end)).toMatch(/^## Heading\d+\n\nice ice\n\n## Heading/);
    expect(last?.end).toBe(text.length);
  });

  test('chunks: a calendar of 5,000 events makes a chunk of many', async () => {
    const event = (n: number) => `BEGIN:VEVENT\r\nDTSTART:20261126T120000Z\r\nSUMMARY:Tea ${n}\r\nEND:VEVENT\r\n`;
    const events = Array.from({ length: 5_000 }, (_, n) => event(n));
    const bytes = Buffer.from(`BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${events.join('')}END:VCALENDAR\r\n`);
    const read = await readDocument({ bytes, contentType: null, filename: 'tea.ics', url: null, aliases: [] });
    expect(read.text).toContain('Tea 4999');
    expect(read.chunks.length).toBeLessThan(1_000);
  });

  test('chunks: a document of more than 250,000 is refused with what to do', () => {
    // Sections of 200 characters are ordinary.
    const text = 'x'.repeat(200 * 250_001);
    const sections = Array.from({ length: 250_001 }, (_, n) => {
      const start = 200 * n;
      return { headingPath: [], inherited: 0, headingStart: start, start, end: start + 200 };
    });
    expect(() => chunkText(text, sections, { title: null, language: 'en' })).toThrow(
      'The document is too long: its text makes more than 250,000 passages to search. Split it into smaller files',
    );
  });
});
