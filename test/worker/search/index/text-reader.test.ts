import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyse, textAnalysis } from '../../../../worker-node/search/analysis/analyse.ts';
import { PieceTable } from '../../../../worker-node/search/index/piece-table.ts';
import { TextReader } from '../../../../worker-node/search/index/text-reader.ts';
import { NO_WORD, TokenColumns } from '../../../../worker-node/search/index/token-columns.ts';
import { Words } from '../../../../worker-node/search/index/words.ts';

const piece = fc.oneof(
  fc.constantFrom('The', 'glaciers', 'calve', '(calving)', 'Straße', 'Müller', 'l’eau', "don't", 'getUserById', 'foo_bar.baz'),
  fc.constantFrom(
    '15',
    'March',
    '2024',
    '15.',
    '1er',
    'mars',
    'May',
    '2024-03-15',
    'v2.10.3',
    '1,000,000',
    'C++',
    '.NET',
    'a@b.org',
  ),
  fc.constantFrom(
    '東京都',
    '2024年3月15日',
    'ห้องเรียน',
    '서울의',
    '👩‍🔬',
    '🇩🇪',
    'ﬁsh',
    'ⅷ',
    '\ud800x',
    '\u00adsoft',
    'x'.repeat(200),
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ unit: 'grapheme', maxLength: 50 }),
);
const text = fc.array(fc.tuple(piece, fc.constantFrom(' ', ' ', '\n', '\u00a0', ', ', '-')), { maxLength: 40 }).map((all) => {
  return all.flat().join('');
});
const language = fc.constantFrom(null, 'en', 'de', 'fr', 'sv', 'ja');

const unitsOf = (of: string) => Uint16Array.from({ length: of.length }, (_, at) => of.charCodeAt(at));

/** What the columns should hold: the text's tokens, and the word that each of them begins. */
function expected(words: Words, of: string, code: string | null) {
  let lastEnd = -1;
  return analyse(of, code).map(({ term, start, end, position }) => {
    const id = words.termOf(term);
    const isWord = end > lastEnd;
    lastEnd = end;
    return { term: id, word: isWord ? wordOf(words, of.slice(start, end), term) : undefined, start, end, position };
  });
}

function wordOf(words: Words, written: string, term: string): number {
  if (written === term) return words.termOf(term);
  return written.length > 64 ? NO_WORD : words.termOf(written.toLowerCase());
}

test('a text read with remembered pieces has the tokens of its analysis, and the words as they are written', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, language), { minLength: 1, maxLength: 6 }), (texts) => {
      const words = new Words(() => 0);
      const reader = new TextReader(textAnalysis, words);
      const columns = new TokenColumns();
      // The second time, every piece that is short is known.
      for (const [of, code] of [...texts, ...texts]) {
        reader.read(of, code, columns);
        const tokens = expected(words, of, code);
        expect(columns.length).toBe(tokens.length);
        for (const [at, { word, ...token }] of tokens.entries()) {
          const found = { start: columns.starts[at], end: columns.ends[at], position: columns.positions[at] };
          expect({ term: columns.terms[at], ...found }).toEqual(token);
          if (word !== undefined) expect(columns.words[at]).toBe(word);
        }
      }
    }),
    { numRuns: 300 },
  );
});

/** As they were found before, one character after the other. */
function plainPieces(of: string): number[] {
  const ranges: number[] = [];
  const blank = /[\0-\x20\u1680\u2000-\u200a\u2028\u2029\u3000、。〈〉《》「」『』【】〔〕！（），：；？｛｝～]/;
  const isBlank = (at: number) => {
    if (!/[\xa0\u202f\u2009]/.test(of[at] ?? '')) return blank.test(of[at] ?? '');
    return !/[0-9]/.test(of[at - 1] ?? '') || !/^[0-9]{3}(?![0-9])/.test(of.slice(at + 1, at + 5));
  };
  for (let at = 0; at < of.length; ) {
    if (isBlank(at)) {
      at++;
      continue;
    }
    let next = at;
    while (next < of.length && !isBlank(next)) next++;
    let [start, end] = [at, next];
    while (start < end && '"\'([{<*`_'.includes(of[start] ?? ' ')) start++;
    while (start < end && '.,;:!?"\')]}>*`_'.includes(of[end - 1] ?? ' ')) end--;
    if (start < end) ranges.push(start, end);
    at = next;
  }
  return ranges;
}

test('findPieces: the pieces of a text are those between blanks, without the punctuation around them', () => {
  const part = fc.oneof(
    fc.constantFrom('1', '234', '1\u00a0000', '1\u202f0000', '(a)', '"b."', '**', '.', '、', '。', '\u3000', '\u2028', '\u1680'),
    fc.string({ unit: 'binary', maxLength: 5 }),
    piece,
  );
  const ofParts = fc.array(fc.tuple(part, fc.constantFrom('', ' ', '\u00a0', '\u2009', '\n')), { maxLength: 30 });
  fc.assert(
    fc.property(ofParts, (parts) => {
      const of = parts.flat().join('');
      const ranges = new Int32Array(of.length + 1);
      // What is left from another text follows the units.
      const used = textAnalysis.findPieces(unitsOf(`${of}000 rest`), of.length, ranges);
      expect([...ranges.subarray(0, used)]).toEqual(plainPieces(of));
    }),
    { numRuns: 1_000 },
  );
});

test('a table of pieces finds each with the values it was added with, by language, and no other', () => {
  const key = fc.tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(
      fc.uniqueArray(key, { selector: ([of, code]) => `${code} ${of}`, maxLength: 1_500 }),
      key,
      (keys, [other, code]) => {
        const table = new PieceTable();
        for (const [at, [of, own]] of keys.entries()) {
          expect(table.find(unitsOf(`<${of}>`), 1, of.length + 1, own)).toBe(-1);
          table.add(unitsOf(`<${of}>`), 1, of.length + 1, own, [at, -1 - at, 7]);
        }
        for (const [at, [of, own]] of keys.entries()) {
          const from = table.find(unitsOf(of), 0, of.length, own);
          expect([...table.values.subarray(from, from + 3)]).toEqual([at, -1 - at, 7]);
        }
        const isHeld = keys.some(([of, own]) => of === other && own === code);
        expect(table.find(unitsOf(other), 0, other.length, code) >= 0).toBe(isHeld);
        // All at once, in a text that has each of them and some that are not held.
        const asked = [...keys.map(([of]) => of), other];
        const ranges = asked.flatMap((of, at) => {
          const start = asked.slice(0, at).join('').length;
          return [start, start + of.length];
        });
        const places = new Int32Array(asked.length);
        table.findAll(unitsOf(asked.join('')), Int32Array.from(ranges), ranges.length, code, places);
        expect([...places]).toEqual(asked.map((of) => table.find(unitsOf(of), 0, of.length, code)));
      },
    ),
    { numRuns: 30 },
  );
});

test('a table of pieces that is full forgets all of them, and remembers those that come', () => {
  const table = new PieceTable();
  const values = Array.from({ length: 40_000 }, (_, at) => at);
  for (let at = 0; at < 250; at++) table.add(unitsOf(`piece${at}`), 0, `piece${at}`.length, 0, values);
  expect(table.find(unitsOf('piece0'), 0, 6, 0)).toBe(-1);
  expect(table.forgotten).toBe(1);
  const last = table.find(unitsOf('piece249'), 0, 8, 0);
  expect([...table.values.subarray(last, last + values.length)]).toEqual(values);
  expect(table.bytes).toBeLessThan(60_000_000);
});
