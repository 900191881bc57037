import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STAGE_REGISTRY } from '../../../src/kernel/model/stage-registry.ts';
import {
  everyStage,
  firstFailure,
  isSettled,
  newStages,
  overallStatus,
  pendingStage,
  readyStages,
  STAGE_DEPENDENCIES,
  STAGE_STATUSES,
  STAGES,
  type Stage,
  type StageStatus,
  statusesOf,
  withDependants,
} from '../../../src/kernel/model/stages.ts';
import { statesWith } from '../../support/kits/jobs.ts';

const status = fc.constantFrom(...STAGE_STATUSES);
const statuses = fc.record(everyStage(() => status));
const someStages = fc.subarray([...STAGES]);

describe('overallStatus', () => {
  test('overall status: failed if any stage is, else processing if any is, else completed if all are, else pending', () => {
    fc.assert(
      fc.property(statuses, (given) => {
        const all = Object.values(given);
        const expected: StageStatus = all.some((one) => one === 'failed')
          ? 'failed'
          : all.some((one) => one === 'processing')
            ? 'processing'
            : all.every((one) => one === 'completed')
              ? 'completed'
              : 'pending';
        expect(overallStatus(given)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('overall status: one finished stage does not make it completed', () => {
    expect(overallStatus({ ...everyStage<StageStatus>(() => 'pending'), ingestion: 'completed' })).toBe('pending');
  });
});

describe('the registry', () => {
  test('stage registry: names are unique, weights positive, and every stage can start', () => {
    expect(new Set(STAGES).size).toBe(STAGES.length);
    for (const { name, weight, after, since } of STAGE_REGISTRY) {
      expect(weight).toBeGreaterThan(0);
      expect(since).toBeGreaterThan(0);
      expect(STAGE_DEPENDENCIES[name]).toEqual(after);
    }
    const completed = new Set<Stage>();
    for (let ready = readyStages(completed); ready.length > 0; ready = readyStages(completed)) completed.add(ready[0] as Stage);
    expect([...completed].toSorted()).toEqual([...STAGES].toSorted());
  });
});

describe('isSettled', () => {
  test('settled: true exactly when no sequence of starts, ends and retries can change a stage', () => {
    fc.assert(
      fc.property(statuses, (given) => {
        // A stage can still move if it works, or waits and everything it needs is there or may yet come.
        const mayComplete = (stage: Stage): boolean =>
          given[stage] === 'completed' || (given[stage] !== 'failed' && STAGE_DEPENDENCIES[stage].every(mayComplete));
        const canMove = STAGES.some(
          (stage) => given[stage] === 'processing' || (given[stage] === 'pending' && mayComplete(stage)),
        );
        expect(isSettled(given)).toBe(!canMove);
      }),
      { numRuns: 2000 },
    );
  });

  test('settled: false while a stage without a failed dependency still runs, although the overall status is failed', () => {
    const given = { ...everyStage<StageStatus>(() => 'completed'), quality: 'failed', graph: 'processing' } as const;
    expect(overallStatus(given)).toBe('failed');
    expect(isSettled(given)).toBe(false);
  });
});

describe('readyStages', () => {
  test('ready stages: their dependencies have completed and they have not', () => {
    fc.assert(
      fc.property(someStages, (done) => {
        const completed = new Set(done);
        const ready = readyStages(completed);
        for (const stage of STAGES) {
          const expected = !completed.has(stage) && STAGE_DEPENDENCIES[stage].every((dependency) => completed.has(dependency));
          expect(ready.includes(stage)).toBe(expected);
        }
      }),
    );
  });

  test('ready stages: completing them step by step runs all five, each once', () => {
    const completed = new Set<Stage>();
    const order: Stage[] = [];
    for (let ready = readyStages(completed); ready.length > 0; ready = readyStages(completed)) {
      order.push(...ready);
      for (const stage of ready) completed.add(stage);
    }
    expect(order).toEqual(['ingestion', 'quality', 'embedding', 'taxonomy', 'graph']);
  });
});

describe('withDependants', () => {
  test('stages with dependants: every stage that depends on one of them is included, and no other', () => {
    fc.assert(
      fc.property(someStages, (asked) => {
        const closed = withDependants(asked);
        expect(new Set(closed).size).toBe(closed.length);
        expect(withDependants(closed)).toEqual(closed);
        for (const stage of STAGES) {
          const reached = (one: Stage): boolean => asked.includes(one) || STAGE_DEPENDENCIES[one].some(reached);
          expect(closed.includes(stage)).toBe(reached(stage));
        }
      }),
    );
  });
});

test('new stages: all five are pending in run 1', () => {
  expect(newStages(5).graph).toEqual(pendingStage(1, 5));
  expect(new Set(Object.values(statusesOf(newStages(5))))).toEqual(new Set(['pending']));
});

test('first failure: the message of the first failed stage in the order of STAGES', () => {
  expect(firstFailure(statesWith({ status: 'completed' }))).toBeNull();
  const failed = (message: string) => ({ status: 'failed', message }) as const;
  expect(firstFailure(statesWith({}, { embedding: failed('second'), taxonomy: failed('first') }))).toBe('first');
});
