import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explainJsonError, parseJson } from '../../../src/kernel/core/json.ts';

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

test.each([
  ['{"a": 1,\n "b": }', 'The JSON is not valid'],
  ['{"a": 1\n "secret": 2}', 'The JSON is not valid at line 2, column 2'],
  ['{"a": "', 'The JSON is not valid: it ends too early'],
  ['{"a":', 'The JSON is not valid: it ends too early'],
  ['', 'The JSON is not valid: it ends too early'],
  ['{} x', 'The JSON is not valid at line 1, column 4'],
])('JSON: the error of %j says: %s', (text, expected) => {
  expect(() => parseJson(text, (cause) => new Error(explainJsonError(cause)))).toThrow(new Error(expected));
});

test('JSON: errors of other parsers are explained without a line, or without a place', () => {
  expect(explainJsonError(new SyntaxError('Unexpected token } in JSON at position 7'))).toBe(
    'The JSON is not valid at position 7',
  );
  expect(explainJsonError(undefined)).toBe('The JSON is not valid');
});
