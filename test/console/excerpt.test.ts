import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { excerptOf, firstSentence, plainText } from '../../console/src/parts/excerpt.ts';
import type { TextRange } from '../../console/src/parts/ranges.ts';

describe('excerpts of passages', () => {
  test.each([
    ['# Of the lamp\n\nThe **glass** is `clean`.', 'Of the lamp The glass is clean.'],
    ['See [the manual](https://a.example/x) and ![a lens](x.png).', 'See the manual and a lens.'],
    ['| Name | Oil |\n| --- | --- |\n| Lamp | 3 |', 'Name Oil Lamp 3'],
    ['> - one\n1. two \\*star\\*', 'one 1. two *star*'],
    ['snake_case stays, 2 * 3 does not', 'snake_case stays, 2 3 does not'],
  ])('excerpt: %j reads %j', (markdown, text) => {
    expect(plainText(markdown, []).text).toBe(text);
  });

  test('excerpt: marks follow their words through Markdown and a cut', () => {
    const word = fc.constantFrom('lamp', '**glass**', '`oil`', '[lens](https://a.example)', '# wick', 'and', '\n\n- sea');
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 200 }), fc.integer({ min: 20, max: 400 }), (words, length) => {
        const markdown = words.join(' ');
        const ranges = [...markdown.matchAll(/lamp|lens/g)].map(({ index }): TextRange => [index, index + 4]);
        const { text, ranges: marks } = excerptOf(plainText(markdown, ranges), length);
        for (const [start, end] of marks) expect(['lamp', 'lens']).toContain(text.slice(start, end));
        if (ranges.length > 0 && length > 90) expect(marks.length).toBeGreaterThan(0);
      }),
    );
  });

  test('excerpt: a long passage is cut around most of what was found', () => {
    const text = `${'Nothing of it. '.repeat(60)}The lamp and its glass and its lens. ${'Nothing more. '.repeat(60)}`;
    const ranges = ['lamp', 'glass', 'lens'].map((one): TextRange => [text.indexOf(one), text.indexOf(one) + one.length]);
    const excerpt = excerptOf({ text, ranges });
    expect(excerpt.ranges.map(([start, end]) => excerpt.text.slice(start, end))).toEqual(['lamp', 'glass', 'lens']);
    expect(excerpt.text.length).toBeLessThan(400);
  });

  test('excerpt: the first sentence ends at its mark, also in Japanese', () => {
    const sentence = (text: string) => text.slice(...firstSentence({ text, ranges: [] }));
    expect(sentence('Short. The first sentence that is long enough to stand alone. The next one.')).toBe(
      'Short. The first sentence that is long enough to stand alone.',
    );
    expect(sentence(`${'氷'.repeat(50)}。次の文。`)).toBe(`${'氷'.repeat(50)}。`);
  });
});
