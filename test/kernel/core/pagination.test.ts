import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCursor, decodePosition, encodeCursor, pageOf } from '../../../src/kernel/core/pagination.ts';

const isString = (value: unknown): value is string => typeof value === 'string';
const invalidCursor = expect.objectContaining({ code: 'invalid_input', errors: [expect.objectContaining({ path: 'cursor' })] });

test('cursor: every encoded value is decoded, and the cursor needs no escaping in a URL', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const cursor = encodeCursor(value);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(decodeCursor(cursor, isString)).toBe(value);
    }),
  );
});

test('cursor: any other text is `invalid_input` for the field `cursor`', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const never = (_value: unknown): _value is never => false;
      expect(() => decodeCursor(text, never)).toThrow(invalidCursor);
    }),
  );
  expect(() => decodeCursor(encodeCursor(5), isString)).toThrow(/cursor/);
});

test('position: none without a cursor, `invalid_input` for a cursor of another list', () => {
  expect(decodePosition(undefined)).toBeUndefined();
  for (const value of [5, [1], ['1', 'id'], [1, 2], [1.5, 'id'], [1, 'id', 0], { createdAt: 1, id: 'id' }]) {
    expect(() => decodePosition(encodeCursor(value)), JSON.stringify(value)).toThrow(invalidCursor);
  }
});

test('page: following nextCursor visits every row once, in order, and ends', () => {
  const row = fc.record({ createdAt: fc.nat(5), id: fc.uuid() });
  fc.assert(
    fc.property(fc.uniqueArray(row, { selector: ({ id }) => id }), fc.integer({ min: 1, max: 4 }), (rows, limit) => {
      const sorted = rows.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
      const visited: typeof rows = [];
      let cursor: string | undefined;
      do {
        const after = decodePosition(cursor);
        const start = after ? sorted.findIndex(({ createdAt, id }) => createdAt === after.createdAt && id === after.id) + 1 : 0;
        const page = pageOf(sorted.slice(start, start + limit + 1), limit);
        visited.push(...page.rows);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(visited).toEqual(sorted);
    }),
  );
});
