import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EditDistance } from '../../../../worker-node/search/index/edit-distance.ts';
import type { LibraryIndex } from '../../../../worker-node/search/index/library-index.ts';
import { createLibraryIndex } from '../../../../worker-node/search/index/memory-index.ts';
import { StringTable } from '../../../../worker-node/search/index/string-table.ts';
import { NO_ATTRIBUTES, parts, withStems } from './naive-index.ts';

/** Cuts a plural's s. */
const stemming = withStems((term) => term.toLowerCase().replace(/(?<=\p{L})s$/u, ''));

let seq = 0;
function put(index: LibraryIndex, id: string, ...texts: string[]): void {
  const chunks = texts.map((text) => ({ seq: ++seq, text, context: '', embedding: null }));
  index.put({ id, ...NO_ATTRIBUTES, chunks });
}

function library(...texts: string[]): LibraryIndex {
  const index = createLibraryIndex(stemming);
  for (const [at, text] of texts.entries()) put(index, `d${at}`, text);
  return index;
}

test('correct: one edit of each kind is mended, in words of four letters and more', () => {
  const { vocabulary } = library('Velocity of cats', 'the tide');
  for (const typed of ['velocty', 'velocityy', 'velacity', 'vleocity', 'VELOCTY'])
    expect(vocabulary.correct(typed)).toBe('velocity');
  expect(vocabulary.correct('tdie')).toBe('tide');
  expect(vocabulary.correct('catz')).toBe('cats');
  expect(vocabulary.correct('teh')).toBeUndefined();
});

test('correct: two edits are mended in words of eight letters and more', () => {
  const { vocabulary } = library('aerodynamics supersonic shock');
  expect(vocabulary.correct('aerodinamiks')).toBe('aerodynamics');
  expect(vocabulary.correct('suprsonik')).toBe('supersonic');
  expect(vocabulary.correct('sohkc')).toBeUndefined();
});

test('correct: of two edits, none is in the first letter', () => {
  const { vocabulary } = library('selecting boundaries');
  expect(vocabulary.correct('neglecting')).toBeUndefined();
  expect(vocabulary.correct('ooundariess')).toBeUndefined();
  expect(vocabulary.correct('oundaries')).toBe('boundaries');
  expect(vocabulary.correct('bondariess')).toBe('boundaries');
});

test('correct: fewer edits come before more frequent words, and these before rare ones', () => {
  const { vocabulary } = library('boundary boundaries', 'boundaries', 'boundaries', 'wing', 'wind', 'wind', 'wind');
  expect(vocabulary.correct('boundarry')).toBe('boundary');
  expect(vocabulary.correct('winf')).toBe('wind');
});

test('correct: words that occur, numbers and words with digits stay as they are', () => {
  const { vocabulary } = library('report 20245 v2103 form forms');
  expect(vocabulary.correct('form')).toBeUndefined();
  expect(vocabulary.correct('20246')).toBeUndefined();
  expect(vocabulary.correct('v2104')).toBeUndefined();
  expect(vocabulary.correct('raport')).toBe('report');
});

test('correct: other scripts are mended by letters, not by bytes', () => {
  const { vocabulary } = library('Скорость ветра', 'geschwindigkeit straße');
  expect(vocabulary.correct('скорасть')).toBe('скорость');
  expect(vocabulary.correct('strasse')).toBeUndefined();
  expect(vocabulary.correct('straẞe')).toBeUndefined();
  expect(vocabulary.correct('geschwindgkeit')).toBe('geschwindigkeit');
});

test('correct and complete: marks and case count neither in what is typed nor in the texts, and are kept in the answer', () => {
  const { vocabulary } = library('Übungen im Café', 'Œuvre');
  expect(vocabulary.correct('ubungne')).toBe('übungen');
  expect(vocabulary.correct('Übungne')).toBe('übungen');
  expect(vocabulary.correct('café')).toBeUndefined();
  expect(vocabulary.correct('cafe')).toBeUndefined();
  expect(vocabulary.complete('ubu', 1)).toMatchObject([{ word: 'übungen' }]);
  expect(vocabulary.complete('OEU', 1)).toMatchObject([{ word: 'œuvre' }]);
});

test('correct and complete: words of documents that were removed are never named', () => {
  const index = library('confidential merger', 'confident people');
  expect(index.vocabulary.correct('confidentiol')).toBe('confidential');
  index.remove('d0');
  expect(index.vocabulary.correct('confidentiol')).toBeUndefined();
  expect(index.vocabulary.complete('conf', 5).map(({ word }) => word)).toEqual(['confident']);
  index.settle();
  expect(index.vocabulary.complete('merg', 5)).toEqual([]);
});

test('correct and complete: many words of removed documents do not hide the others, which are less frequent', () => {
  const letters = [...'abcdefghijklmnopqrst'];
  const removed = letters.map((letter) => `glaci${letter} glaci${letter}er`).join(' ');
  const index = library(`${removed} ${removed}`, 'glacius');
  index.remove('d0');
  expect(index.vocabulary.complete('gl', 1).map(({ word }) => word)).toEqual(['glacius']);
  expect(index.vocabulary.correct('glaciu')).toBe('glacius');
});

test('complete: the most frequent words that begin so, as they are written, with their terms', () => {
  const { vocabulary } = library('Models model', 'models', 'modelling', 'a MODELS b', 'mode');
  expect(vocabulary.complete('model', 2)).toEqual([
    { word: 'models', term: 'model', frequency: 3 },
    { word: 'model', term: 'model', frequency: 3 },
  ]);
  expect(vocabulary.complete('Modell', 5)).toEqual([{ word: 'modelling', term: 'modelling', frequency: 1 }]);
  expect(vocabulary.complete('absent', 5)).toEqual([]);
});

test('complete: every word with the prefix is named when the limit allows it', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '語', 'ж'), minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.uniqueArray(letters, { maxLength: 30 }), letters, (words, prefix) => {
      const index = createLibraryIndex(parts);
      put(index, 'd', words.join(' '));
      const completed = index.vocabulary.complete(prefix, 100).map(({ word }) => word);
      expect(completed.sort()).toEqual(words.filter((word) => word.startsWith(prefix)).sort());
    }),
  );
});

test('endingIn: words of which the suffix is the last part behind four letters and more, with an ending of two at most', () => {
  const { vocabulary } = library('Röstzwiebeln Frühlingszwiebel zwiebel Zwiebeln Bezwiebel', 'Frühlingszwiebel Röstzwiebelsuppe');
  const found = vocabulary.endingIn('Zwiebel', 5).map(({ word, frequency }) => [word, frequency]);
  expect(found).toEqual([
    ['frühlingszwiebel', 2],
    ['röstzwiebeln', 1],
  ]);
  expect(vocabulary.endingIn('zwiebel', 1)).toHaveLength(1);
  expect(vocabulary.endingIn('absent', 5)).toEqual([]);
});

test('distances of words equal those of a plain recursion, up to the most that is asked for', () => {
  const distance = new EditDistance();
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 });
  fc.assert(
    fc.property(word, word, fc.integer({ min: 0, max: 3 }), (a, b, most) => {
      const units = (text: string) => Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
      expect(distance.between(units(a), a.length, units(b), b.length, most)).toBe(Math.min(recursive(a, b), most + 1));
    }),
    { numRuns: 2_000 },
  );
});

test('a table of strings gives each its own id, and the string of every id as it was', () => {
  const string = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('a', 'é', '語', '\ud83d', '\ude00', '\0') }),
  );
  fc.assert(
    fc.property(fc.array(string, { maxLength: 400 }), (strings) => {
      const table = new StringTable();
      const ids = new Map(strings.map((one) => [one, table.add(one)]));
      expect(table.size).toBe(ids.size);
      for (const [one, id] of ids) expect([table.get(id), table.idOf(one), table.add(one)]).toEqual([one, id, id]);
      expect(table.idOf('never given')).toBe(ids.get('never given') ?? -1);
    }),
  );
});

function recursive(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const same = a[0] === b[0] ? 0 : 1;
  const swapped =
    a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0] ? recursive(a.slice(2), b.slice(2)) + 1 : Infinity;
  return Math.min(recursive(a.slice(1), b.slice(1)) + same, recursive(a.slice(1), b) + 1, recursive(a, b.slice(1)) + 1, swapped);
}
