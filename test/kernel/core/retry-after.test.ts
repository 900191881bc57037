import { expect, test } from 'vitest';
import { parseRetryAfter } from '../../../src/kernel/core/retry-after.ts';

test.each([
  ['120', 120],
  [' 5 ', 5],
  ['0', 0],
  [new Date(30_400).toUTCString(), 20],
  [new Date(0).toUTCString(), 0],
  ['soon', undefined],
  ['Sun, day of rest', undefined],
  ['-5', undefined],
  ['1.5e3x', undefined],
  ['', undefined],
  ['   ', undefined],
  [null, undefined],
  [undefined, undefined],
])('Retry-After: %j received at second ten is %j seconds', (header, seconds) => {
  expect(parseRetryAfter(header, 10_000)).toBe(seconds);
});

test('Retry-After: a longer wait than maxSeconds is maxSeconds, whether given in seconds or as a date', () => {
  expect(parseRetryAfter('7200', 0, 3600)).toBe(3600);
  expect(parseRetryAfter(new Date(7_200_000).toUTCString(), 0, 3600)).toBe(3600);
  expect(parseRetryAfter('60', 0, 3600)).toBe(60);
});
