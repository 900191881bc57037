import fc from 'fast-check';
import { expect, test } from 'vitest';
import { versionOf } from '../../../src/kernel/model/stage-version.ts';
import { STAGE_STATUSES } from '../../../src/kernel/model/stages.ts';

const state = fc.record({
  status: fc.constantFrom(...STAGE_STATUSES),
  percent: fc.double({ min: 0, max: 100, noNaN: true }),
  attempt: fc.nat({ max: 99_999 }),
  run: fc.nat({ max: 9_000_000 }),
});

test('stage version: a later run is greater, and within a run a later attempt, for any status and percent', () => {
  fc.assert(
    fc.property(state, state, (a, b) => {
      if (a.run !== b.run) expect(versionOf(a) < versionOf(b)).toBe(a.run < b.run);
      else if (a.attempt !== b.attempt) expect(versionOf(a) < versionOf(b)).toBe(a.attempt < b.attempt);
    }),
  );
});

test('stage version: within an attempt it grows from pending through processing to finished', () => {
  const at = (status: (typeof STAGE_STATUSES)[number], percent = 0) => versionOf({ status, percent, attempt: 1, run: 1 });
  const order = [
    at('pending'),
    at('processing', 0),
    at('processing', 0.1),
    at('processing', 50),
    at('processing', 100),
    at('completed'),
  ];
  expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
  expect(at('failed')).toBe(at('completed'));
  // The percentage counts for a stage that works only.
  expect(at('pending', 80)).toBe(at('pending', 0));
});

test('stage version: it is a safe integer for any number of runs and attempts', () => {
  fc.assert(
    fc.property(state, fc.maxSafeNat(), fc.maxSafeNat(), (given, run, attempt) => {
      expect(Number.isSafeInteger(versionOf(given))).toBe(true);
      expect(Number.isSafeInteger(versionOf({ ...given, run, attempt, percent: 1e9 }))).toBe(true);
    }),
  );
});
