import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldWord } from '../../../../worker-node/search/analysis/fold.ts';
import { EditDistance } from '../../../../worker-node/search/index/edit-distance.ts';
import { SectionReader, SectionWriter } from '../../../../worker-node/search/index/sections.ts';
import { Words } from '../../../../worker-node/search/index/words.ts';

interface Known {
  readonly word: string;
  readonly id: number;
  count: number;
}

/** Words whose terms are themselves, beside a list of them that is looked through anew for each question. */
class Vocabularies {
  readonly known = new Map<string, Known>();
  readonly removed = new Set<string>();
  words: Words = new Words((term) => this.#frequencyOf(term));

  add(word: string): void {
    const id = this.words.addTerm(word);
    this.words.count(this.words.wordOf(word, 0, word.length, word, id), id);
    const before = this.known.get(word) ?? { word, id, count: 0 };
    before.count++;
    this.known.set(word, before);
  }

  /** As a snapshot does. */
  writeAndRead(): void {
    const writer = new SectionWriter();
    for (const _ of this.words.writing(writer, null));
    const steps = writer.finish();
    let step = steps.next();
    while (!step.done) step = steps.next();
    this.words = Words.read(new SectionReader(Buffer.concat(step.value)), (term) => this.#frequencyOf(term));
  }

  found(limit: number, passes: (folded: string) => boolean): string[] {
    return [...this.known.values()]
      .filter(({ word }) => passes(foldWord(word)))
      .sort((a, b) => b.count - a.count || a.id - b.id)
      .slice(0, 2 * limit + 1_000)
      .map(({ word }) => word)
      .filter((word) => !this.removed.has(word))
      .slice(0, limit);
  }

  /** The nearest word by a look at every one, as `correct` says it. */
  nearest(typed: string): string | undefined {
    const word = foldWord(typed);
    if (word.length < 4 || word.length > 64 || /\p{N}/u.test(word)) return undefined;
    const occurs = ({ word: one }: Known) => !this.removed.has(one);
    const same = this.known.get(word);
    if (same && occurs(same)) return undefined;
    const at = (edits: number) =>
      [...this.known.values()]
        .filter((one) => one.word.length <= 64 && !/\p{N}/u.test(one.word) && editsBetween(word, foldWord(one.word)) === edits)
        .filter((one) => edits < 2 || foldWord(one.word)[0] === word[0])
        .sort((a, b) => b.count - a.count || a.id - b.id);
    if (at(0).some(occurs)) return undefined;
    return (at(1).find(occurs) ?? (word.length >= 8 ? at(2).find(occurs) : undefined))?.word;
  }

  /** What both say to a question. */
  expectSame(part: string, limit: number): void {
    const folded = foldWord(part);
    const wordsOf = (found: readonly { readonly word: string }[]) => found.map(({ word }) => word);
    expect(wordsOf(this.words.complete(part, limit))).toEqual(this.found(limit, (word) => word.startsWith(folded)));
    const isLast = (word: string) =>
      [0, 1, 2].some((rest) => word.length - rest - folded.length >= 4 && word.slice(0, word.length - rest).endsWith(folded));
    expect(wordsOf(this.words.endingIn(part, limit))).toEqual(this.found(limit, (word) => word.length <= 64 && isLast(word)));
  }

  #frequencyOf(term: number): number {
    for (const { id, word, count } of this.known.values()) if (id === term) return this.removed.has(word) ? 0 : count;
    return 0;
  }
}

const distance = new EditDistance();

/** 3 where they are more than two. */
function editsBetween(one: string, other: string): number {
  const unitsOf = (word: string) => Uint16Array.from({ length: word.length }, (_, at) => word.charCodeAt(at));
  if (one.length > 64 || other.length > 64) return 3;
  return distance.between(unitsOf(one), one.length, unitsOf(other), other.length, 2);
}

/** Few letters, so that words begin and end alike; some that are folded, and some with the same last five bits. */
const letters = (maxLength: number) =>
  fc.string({
    unit: fc.constantFrom('a', 'b', 'b', 'n', 'ü', 'ß', 'é', '語', 'ж', 'ı', '\u0301', '2', '\u0002'),
    minLength: 1,
    maxLength,
  });
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ add: letters(14) }) },
  { weight: 2, arbitrary: fc.record({ remove: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.constantFrom('settle', 'snapshot', 'many' as const) },
);
type Step = { readonly add: string } | { readonly remove: number } | 'settle' | 'snapshot' | 'many';

function change(both: Vocabularies, steps: readonly Step[]): void {
  for (const one of steps)
    if (one === 'settle') both.words.settle();
    else if (one === 'snapshot') both.writeAndRead();
    else if (one === 'many')
      for (let n = 0; n < 600; n++) both.add(`${n.toString(2).replaceAll('0', 'a').replaceAll('1', 'b')}nab`);
    else if ('add' in one) both.add(one.add.toLowerCase());
    else both.removed.add([...both.known.keys()][one.remove] ?? '');
}

test('complete and endingIn answer what a look at every word does, whatever was added, removed, ordered and read again', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.array(fc.record({ part: letters(7), limit: fc.constantFrom(1, 3, 50) }), { minLength: 1, maxLength: 6 }),
      (steps, questions) => {
        const both = new Vocabularies();
        change(both, steps);
        for (const { part, limit } of questions) both.expectSame(part, limit);
        for (const { word } of [...both.known.values()].slice(0, 20)) {
          both.expectSame(word.slice(0, 3), 2);
          for (const rest of [0, 1, 2]) both.expectSame(word.slice(-6 - rest, word.length - rest), 1_000);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('complete and endingIn find words that were added to ordered ones, and words longer than are corrected', () => {
  const both = new Vocabularies();
  const long = 'x'.repeat(70);
  for (let n = 0; n < 5_000; n++) both.add(`wort${n}ende`);
  both.add(long);
  both.words.settle();
  for (let n = 0; n < 513; n++) both.add(`wort${n}enden`);
  both.words.settle();
  both.add('wortwende');
  both.removed.add('wort7ende');
  for (const part of ['wort', 'wort7', 'wort51', 'ende', '7ende', '77ende', 'x', long, '']) both.expectSame(part, 1_000);
  expect(both.words.complete('xx', 1).map(({ word }) => word)).toEqual([long]);
  expect(both.words.endingIn('7ende', 50)).not.toEqual([]);
});

/** A letter that is left out, added, replaced or swapped with the next. */
const edit = fc.record({
  at: fc.nat(13),
  letter: letters(1),
  kind: fc.constantFrom('delete', 'insert', 'replace', 'swap' as const),
});
type Edit = typeof edit extends fc.Arbitrary<infer E> ? E : never;

function edited(word: string, { at: place, letter, kind }: Edit): string {
  const at = place % Math.max(1, word.length);
  const [before, rest] = [word.slice(0, at), word.slice(at)];
  if (kind === 'insert') return before + letter + rest;
  if (kind === 'delete') return before + rest.slice(1);
  return before + (kind === 'replace' ? letter : (rest[1] ?? '') + (rest[0] ?? '')) + rest.slice(kind === 'replace' ? 1 : 2);
}

test('correct answers what a look at every word does, whatever was added, removed, ordered and read again', () => {
  const errors = fc.record({ word: fc.nat(100), edits: fc.array(edit, { maxLength: 3 }) });
  let corrected = 0;
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 5, maxLength: 60 }),
      fc.array(errors, { maxLength: 20 }),
      letters(12),
      (steps, all, other) => {
        const both = new Vocabularies();
        change(both, steps);
        const known = [...both.known.keys()];
        const typed = all.map(({ word, edits }) => edits.reduce(edited, known[word % known.length] ?? ''));
        for (const one of [...typed, other]) {
          const expected = both.nearest(one);
          if (expected !== undefined) corrected++;
          expect([one, both.words.correct(one)]).toEqual([one, expected]);
        }
      },
    ),
    { numRuns: 300 },
  );
  expect(corrected).toBeGreaterThan(100);
});

test('correct finds every ordered word from each of its letters left out, doubled, replaced or swapped with the next', () => {
  const both = new Vocabularies();
  const word = (n: number, length: number) =>
    Array.from({ length }, (_, at) =>
      String.fromCharCode(97 + ((Math.imul(n + 1, 2_654_435_761 + 97 * at) >>> (7 + at)) % 26)),
    ).join('');
  for (let n = 0; n < 800; n++) both.add(word(n, 4 + (n % 9)));
  both.words.settle();
  for (const { word: one } of [...both.known.values()].slice(0, 45))
    for (let at = 0; at < one.length; at++)
      for (const kind of ['delete', 'insert', 'replace', 'swap'] as const) {
        const typed = edited(one, { at, letter: kind === 'insert' ? (one[at] ?? '') : 'q', kind });
        expect([typed, both.words.correct(typed)]).toEqual([typed, both.nearest(typed)]);
      }
});
