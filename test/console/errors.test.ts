/** What the console says of a request that failed, and of a limit that is reached. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PharosError, reasonOf, sentenceOf } from '../../console/src/api/errors.ts';
import { limitedSeconds, noteLimit } from '../../console/src/api/rate-limit.ts';

const refusal = (detail: string, status = 422) => new PharosError({ status, code: 'refused', detail });

test.each([
  ['file: This is a PNG image, which cannot be read', 'This is a PNG image, which cannot be read.'],
  ['username: is already taken', 'username: is already taken.'],
  ['Too many requests; try again in 22 s', 'Too many requests; try again in 22 s.'],
  ['Try again in 10:30 minutes!', 'Try again in 10:30 minutes!'],
])('errors: of "%s" a person reads "%s"', (detail, expected) => {
  expect(sentenceOf(refusal(detail))).toBe(expected);
});

test('errors: only a server that did not answer is said not to have answered', () => {
  const unreachable = 'The server did not answer.';
  expect(reasonOf(refusal('cut off', 0), unreachable)).toBe(unreachable);
  expect(reasonOf(refusal('Too many requests', 429), unreachable)).toBe('Too many requests.');
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.runOnlyPendingTimers();
  vi.useRealTimers();
});

const response = (status: number, headers: Record<string, string>) => new Response(null, { status, headers });

test('limit: a refusal by the limit of the account counts down to 0, and the longest of several counts', () => {
  noteLimit(response(429, { 'X-RateLimit-Remaining': '0', 'Retry-After': '3' }));
  noteLimit(response(429, { 'X-RateLimit-Remaining': '0', 'Retry-After': '2' }));
  expect(limitedSeconds.value).toBe(3);
  vi.advanceTimersByTime(2_000);
  expect(limitedSeconds.value).toBe(1);
  vi.advanceTimersByTime(5_000);
  expect(limitedSeconds.value).toBe(0);
});

test.each([
  ['an answer', response(200, { 'X-RateLimit-Remaining': '0', 'Retry-After': '3' })],
  ['a full queue', response(429, { 'X-RateLimit-Remaining': '40', 'Retry-After': '30' })],
  ['a refusal without a time', response(429, { 'X-RateLimit-Remaining': '0' })],
  ['a wait of an hour', response(429, { 'X-RateLimit-Remaining': '0', 'Retry-After': '3600' })],
])('limit: %s is no limit that is over by itself', (_, given) => {
  noteLimit(given);
  expect(limitedSeconds.value).toBe(0);
});
