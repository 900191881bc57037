import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from '../../../src/kernel/core/cursor.ts';

const isString = (value: unknown): value is string => typeof value === 'string';

test('whatever was encoded is decoded, and the cursor needs no escaping in a URL', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const cursor = encodeCursor(value);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(decodeCursor(cursor, isString)).toBe(value);
    }),
  );
});

test('any other text is refused as an invalid cursor, not as a fault of ours', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const never = (_value: unknown): _value is never => false;
      expect(() => decodeCursor(text, never)).toThrow(
        expect.objectContaining({ code: 'invalid_input', errors: [expect.objectContaining({ path: 'cursor' })] }),
      );
    }),
  );
  expect(() => decodeCursor(encodeCursor(5), isString)).toThrow(/cursor/);
});
