import fc from 'fast-check';
import { expect, test } from 'vitest';
import { everyStage, NOT_ASKED_FOR, STAGE_STATUSES, STAGE_WEIGHTS, STAGES } from '../../../src/kernel/model/stages.ts';
import { toResourceProgress } from '../../../src/kernel/progress/presentation.ts';
import type { ProgressRecord } from '../../../src/kernel/progress/tracker.ts';
import { statesWith } from '../../support/kits/jobs.ts';

const record = (states: ProgressRecord['states'], more: Partial<ProgressRecord> = {}): ProgressRecord => ({
  resourceId: 'r1',
  sequence: 1,
  states,
  degraded: false,
  etaSeconds: null,
  ...more,
});

test('progress presentation: all five stages are present, with times in ISO 8601', () => {
  const start = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  const states = statesWith(
    { updatedAt: start },
    {
      ingestion: {
        status: 'completed',
        percent: 100,
        attempt: 2,
        startedAt: start,
        finishedAt: start + 1000,
        updatedAt: start + 1000,
      },
      embedding: { status: 'processing', percent: 42.7, attempt: 1, message: 'Embedding 3 of 7', startedAt: start + 1000 },
    },
  );
  const idle = { started_at: null, finished_at: null, percent: 0, attempt: 0, message: null };
  expect(toResourceProgress(record(states, { etaSeconds: 7 }))).toEqual({
    resource_id: 'r1',
    overall_status: 'processing',
    percent: 37,
    stages: { ingestion: 'completed', quality: 'pending', taxonomy: 'pending', graph: 'pending', embedding: 'processing' },
    detail: {
      ingestion: {
        started_at: '2026-01-02T03:04:05.678Z',
        finished_at: '2026-01-02T03:04:06.678Z',
        percent: 100,
        attempt: 2,
        message: null,
      },
      quality: idle,
      taxonomy: idle,
      graph: idle,
      embedding: {
        started_at: '2026-01-02T03:04:06.678Z',
        finished_at: null,
        percent: 42,
        attempt: 1,
        message: 'Embedding 3 of 7',
      },
    },
    error_message: null,
    updated_at: '2026-01-02T03:04:06.678Z',
    eta_seconds: 7,
  });
});

test('progress presentation: error_message is the message of the first failed stage', () => {
  const states = statesWith({ status: 'completed' }, { quality: { status: 'failed', message: 'No text to judge' } });
  expect(toResourceProgress(record(states))).toMatchObject({ overall_status: 'failed', error_message: 'No text to judge' });
});

test('progress presentation: degraded is true for a record from the database and absent otherwise', () => {
  expect(toResourceProgress(record(statesWith({}), { degraded: true })).degraded).toBe(true);
  expect('degraded' in toResourceProgress(record(statesWith({})))).toBe(false);
});

test('progress presentation: percent is an integer from 0 to 100, and 100 only when all five stages are completed', () => {
  const state = fc.record({ status: fc.constantFrom(...STAGE_STATUSES), percent: fc.double({ min: 0, max: 100, noNaN: true }) });
  fc.assert(
    fc.property(fc.record(everyStage(() => state)), (named) => {
      const { percent } = toResourceProgress(record(statesWith({}, named)));
      expect(Number.isInteger(percent) && percent >= 0 && percent <= 100).toBe(true);
      expect(percent === 100).toBe(STAGES.every((stage) => named[stage].status === 'completed'));
    }),
  );
});

test('progress presentation: stages that were not asked for count nothing, whatever the others are', () => {
  const state = fc.record({ status: fc.constantFrom(...STAGE_STATUSES), percent: fc.double({ min: 0, max: 100, noNaN: true }) });
  fc.assert(
    fc.property(fc.record(everyStage(() => fc.option(state))), (named) => {
      const given = statesWith({});
      const states = everyStage((stage) => (named[stage] === null ? NOT_ASKED_FOR : { ...given[stage], ...named[stage] }));
      const asked = STAGES.filter((stage) => named[stage] !== null);
      const { percent, stages } = toResourceProgress(record(states));
      expect(percent === 100).toBe(asked.every((stage) => named[stage]?.status === 'completed'));
      const weight = asked.reduce((sum, stage) => sum + STAGE_WEIGHTS[stage], 0);
      const done = asked.filter((stage) => named[stage]?.status === 'completed');
      const least = done.reduce((sum, stage) => sum + STAGE_WEIGHTS[stage], 0);
      if (weight > 0) expect(percent).toBeGreaterThanOrEqual(Math.floor((100 * least) / weight));
      for (const stage of STAGES) expect(stages[stage]).toBe(named[stage]?.status ?? 'completed');
    }),
  );
});

test('progress presentation: a document of which no stage was asked for is completed', () => {
  const progress = toResourceProgress(record(everyStage(() => NOT_ASKED_FOR)));
  expect(progress).toMatchObject({ overall_status: 'completed', percent: 100 });
});
