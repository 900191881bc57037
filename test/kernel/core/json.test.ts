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
