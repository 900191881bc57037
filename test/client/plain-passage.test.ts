import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainPassage } from '../../cli/client/plain.ts';

describe('plainPassage', () => {
  test.each([
    ['| Name | Oil |\n| --- | --- |\n| Lamp | 3 |', 'Name | Oil Lamp | 3'],
    ['| | |\n| --- | :-: |\n| From | Ada \\<ada@a.example> |\n\nThe lamp.', 'From | Ada <ada@a.example> The lamp.'],
    ['| a \\| b | |', 'a | b'],
    ['Light it.\n\n- Oil\n- Wick', 'Light it. - Oil - Wick'],
    ['```\nif (a || b) {}\n```', '``` if (a || b) {} ```'],
  ])('passages: %j is shown as %j', (markdown, shown) => {
    expect(plainPassage(markdown)).toBe(shown);
  });

  test('passages: every word of a table is shown, whatever its cells are', () => {
    const cell = fc.stringMatching(/^[a-z]{0,5}$/);
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
        const markdown = rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
        const words = rows.flat().filter((word) => word !== '');
        expect(plainPassage(markdown).match(/[a-z]+/g) ?? []).toEqual(words);
      }),
    );
  });
});
