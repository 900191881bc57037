import { expect, test } from 'vitest';
import { casesOf, foldLetter } from '../../../src/kernel/core/letter-case.ts';

test('letters: their cases are those of Unicode’s simple case folding', () => {
  for (let code = 0x80; code <= 0x1ffff; code += 1) {
    const letter = String.fromCodePoint(code);
    if (!letter.isWellFormed()) continue;
    const folded = foldLetter(letter);
    if (folded === letter) continue;
    expect(new RegExp(`^${letter}$`, 'iu').test(folded), letter).toBe(true);
    expect(casesOf(folded), letter).toContain(letter);
    expect(casesOf(letter), letter).toContain(folded);
  }
});
