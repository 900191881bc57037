import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STAGES, type Stage } from '../../../src/kernel/model/stages.ts';
import { createStageDurations } from '../../../src/kernel/progress/durations.ts';
import { statesWith } from '../../support/kits/jobs.ts';

const done = (ms: number) => statesWith({ status: 'completed', startedAt: 1000, finishedAt: 1000 + ms }).graph;

function measured(seconds: Partial<Record<Stage, number>>) {
  const durations = createStageDurations();
  for (const stage of STAGES) if (seconds[stage] !== undefined) durations.observe(stage, done(seconds[stage] * 1000));
  return durations;
}

const ALL = { ingestion: 10, quality: 1, taxonomy: 2, graph: 3, embedding: 20 };

describe('stage durations: estimate', () => {
  test('progress estimate: null until every needed stage was measured in this process', () => {
    const { ingestion: _, ...rest } = ALL;
    expect(createStageDurations().estimate(statesWith({}), 0)).toBeNull();
    expect(measured(rest).estimate(statesWith({}), 0)).toBeNull();
    expect(measured(rest).estimate(statesWith({}, { ingestion: { status: 'completed' } }), 0)).toBe(23);
  });

  test('progress estimate: the longest path through the stages, not their sum', () => {
    expect(measured(ALL).estimate(statesWith({}), 0)).toBe(10 + 20 + 3);
    expect(measured({ ...ALL, quality: 100 }).estimate(statesWith({}), 0)).toBe(110);
  });

  test('progress estimate: subtracts the time a stage has already run, down to 0', () => {
    const states = statesWith({ status: 'completed' }, { embedding: { status: 'processing', startedAt: 0 } });
    expect(measured(ALL).estimate(states, 5_000)).toBe(15);
    expect(measured(ALL).estimate(states, 500_000)).toBe(0);
  });

  test("progress estimate: follows the stage's own pace once it reports a percentage", () => {
    const states = statesWith({ status: 'completed' }, { embedding: { status: 'processing', startedAt: 0, percent: 25 } });
    expect(createStageDurations().estimate(states, 30_000)).toBe(90);
    // With a clock behind the worker's, no time has passed, so no pace is known.
    expect(measured(ALL).estimate(states, -1)).toBe(20);
  });

  test('progress estimate: 0 when all stages are completed, null when a stage has failed', () => {
    expect(createStageDurations().estimate(statesWith({ status: 'completed' }), 0)).toBe(0);
    expect(measured(ALL).estimate(statesWith({}, { ingestion: { status: 'failed' } }), 0)).toBeNull();
  });

  test('progress estimate: uses the median of the last 50 completions', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 100 }), { minLength: 1, maxLength: 120 }), (seconds) => {
        const durations = createStageDurations();
        for (const one of seconds) durations.observe('quality', done(one * 1000));
        const sorted = seconds.slice(-50).sort((a, b) => a - b);
        const states = statesWith({ status: 'completed' }, { quality: { status: 'pending' } });
        expect(durations.estimate(states, 0)).toBe(sorted[Math.floor(sorted.length / 2)]);
      }),
      { examples: [[Array.from({ length: 120 }, (_, n) => n)]] },
    );
  });

  test('progress estimate: stages that did not complete or have no times are not measured', () => {
    const durations = createStageDurations();
    const { graph } = statesWith({ status: 'completed', startedAt: 1, finishedAt: 2 });
    durations.observe('graph', { ...graph, status: 'failed' });
    durations.observe('graph', { ...graph, startedAt: null });
    durations.observe('graph', { ...graph, finishedAt: null });
    expect(durations.estimate(statesWith({ status: 'completed' }, { graph: { status: 'pending' } }), 0)).toBeNull();
  });
});
