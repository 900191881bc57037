import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, toIso, toIsoOrNull, toUnixSeconds } from '../../../src/kernel/core/time.ts';

test('time: units are milliseconds', () => {
  expect([SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS]).toEqual([1000, 60_000, 3_600_000, 86_400_000]);
});

test('time: a moment prints as RFC 3339 in UTC with milliseconds; null stays null', () => {
  expect(toIso(1_700_000_000_007)).toBe('2023-11-14T22:13:20.007Z');
  expect(toIsoOrNull(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(toIsoOrNull(null)).toBeNull();
});

test('time: Unix seconds are rounded down', () => {
  expect([toUnixSeconds(1999), toUnixSeconds(2000), toUnixSeconds(-1)]).toEqual([1, 2, -1]);
});
