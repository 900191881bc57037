import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldWord } from '../../../../worker-node/search/analysis/fold.ts';
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
    this.words.write(writer);
    const steps = writer.finish();
    let step = steps.next();
    while (!step.done) step = steps.next();
    this.words = Words.read(new SectionReader(Buffer.concat(step.value)), (term) => this.#frequencyOf(term));
  }

  found(limit: number, passes: (folded: string) => boolean): string[] {
    return [...this.known.values()]
      .filter(({ word }) => passes(foldWord(word)))
      .sort((a, b) => b.count - a.count || a.id - b.id)
      .slice(0, 2 * limit)
      .map(({ word }) => word)
      .filter((word) => !this.removed.has(word))
      .slice(0, limit);
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

test('complete and endingIn answer what a look at every word does, whatever was added, removed, ordered and read again', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.array(fc.record({ part: letters(7), limit: fc.constantFrom(1, 3, 50) }), { minLength: 1, maxLength: 6 }),
      (steps, questions) => {
        const both = new Vocabularies();
        for (const one of steps) {
          if (one === 'settle') both.words.settle();
          else if (one === 'snapshot') both.writeAndRead();
          else if (one === 'many')
            for (let n = 0; n < 600; n++) both.add(`${n.toString(2).replaceAll('0', 'a').replaceAll('1', 'b')}nab`);
          else if ('add' in one) both.add(one.add.toLowerCase());
          else both.removed.add([...both.known.keys()][one.remove] ?? '');
        }
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
