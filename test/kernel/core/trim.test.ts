import fc from 'fast-check';
import { expect, test } from 'vitest';
import { trimEndOf } from '../../../src/kernel/core/trim.ts';

test('trimEndOf: what is left ends with none of the characters, and only those were cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '.', ',', '/', ')') }), (text) => {
      const trimmed = trimEndOf(text, '.,)');
      expect(trimmed).toBe(text.replace(/[.,)]+$/, ''));
    }),
  );
});
