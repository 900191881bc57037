import { expect, it } from 'vitest';
import { normaliseDate } from '../../worker-node/ingest/readers/dates.ts';
import { languageTag } from '../../worker-node/ingest/readers/normalise.ts';

it.each([
  ['2024', '2024'],
  [' 2024-5 ', '2024-05'],
  ['2024/5/3', '2024-05-03'],
  ['2024-05-03T10:00:00+02:00', '2024-05-03T08:00:00.000Z'],
  ['2024-05-03 10:00:00  +02:00\n', '2024-05-03T08:00:00.000Z'],
  ['2024-05-03\t \n10:00', '2024-05-03T10:00:00.000Z'],
  ['2024-05-03 10:00 Z', '2024-05-03T10:00:00.000Z'],
  ['14 March 2026', '2026-03-14'],
  ['2024-13-01', null],
  ['3024', null],
  [`2024${' '.repeat(100_000)}x`, null],
])('dates: %j is %j', (declared, expected) => {
  expect(normaliseDate(declared)).toBe(expected);
});

it.each([
  [' en-GB ', 'en'],
  ['DE_at', 'de'],
  ['gsw', 'gsw'],
  ['english', null],
  [`en-${'\t'.repeat(100_000)}\nx`, null],
  [null, null],
])('languages: the tag %j is %j', (tag, expected) => {
  expect(languageTag(tag)).toBe(expected);
});
