import fc from 'fast-check';
import { expect, test } from 'vitest';
import { truncate } from '../../../src/kernel/core/text.ts';

test('truncate: is a prefix of at most the length, well-formed where the text is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, max) => {
      const cut = truncate(text, max);
      expect(text.startsWith(cut)).toBe(true);
      expect(cut.length).toBeLessThanOrEqual(max);
      expect(cut.length).toBeGreaterThanOrEqual(Math.min(max, text.length) - 1);
      expect(cut.isWellFormed()).toBe(true);
    }),
  );
});
