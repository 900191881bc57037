import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../../src/kernel/core/json.ts';

test('JSON: every value that was serialised is read back', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test.each([
  '',
  '{',
  'undefined',
  "{'a': 1}",
  '[1,]',
])('JSON: %j is undefined, or the given error with the parser’s as its cause', (text) => {
  expect(parseJson(text)).toBeUndefined();
  expect(() => parseJson(text, (cause) => new Error('the body is not JSON', { cause }))).toThrow(
    expect.objectContaining({ message: 'the body is not JSON', cause: expect.any(SyntaxError) }),
  );
});

test('JSON: bytes are read as UTF-8, with or without a byte-order mark; what is no UTF-8 is undefined', () => {
  const bytes = new TextEncoder().encode('{"é":"😀"}');
  expect(parseJson(bytes)).toEqual({ é: '😀' });
  expect(parseJson(Uint8Array.of(0xef, 0xbb, 0xbf, ...bytes))).toEqual({ é: '😀' });
  expect(parseJson(Uint8Array.of(0x22, 0xff, 0x22))).toBeUndefined();
});
