import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTurns } from '../../../worker-node/search/turns.ts';

const TURN_MS = 8;

/** Works of steps of one millisecond each, and what was done of each between two events that follow one another. */
async function turnsOf(lengths: readonly number[]): Promise<number[][]> {
  let now = 0;
  let turn: number[] = [];
  const turns = [turn];
  const pause = createTurns({ turnMs: TURN_MS, monotonic: () => now, events: () => setImmediate() });
  let left = lengths.length;
  const events = (async () => {
    while (left > 0) {
      await setImmediate();
      turn = [];
      turns.push(turn);
    }
  })();
  await Promise.all(
    lengths.map(async (length, work) => {
      for (let step = 0; step < length; step++) {
        now += 1;
        turn.push(work);
        await pause();
      }
      left--;
    }),
  );
  await events;
  return turns;
}

test('turns: an event waits for one turn at most, however many works there are, and each work has its turn in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 }), async (lengths) => {
      const [first = [], ...turns] = await turnsOf(lengths);
      // All have begun, each with a step, before the first look at the events.
      expect(first.length).toBeLessThanOrEqual(TURN_MS + lengths.length);
      for (const turn of turns) expect(turn.length).toBeLessThanOrEqual(TURN_MS);
      for (const turn of turns) expect(new Set(turn).size).toBeLessThanOrEqual(1);
      const done = [first, ...turns].flat();
      expect(lengths.map((_, work) => done.filter((one) => one === work).length)).toEqual(lengths);
      // Between two turns of a work each other one has one at most.
      const served = turns.flatMap(([work]) => work ?? []);
      for (const [at, work] of served.entries()) {
        const next = served.indexOf(work, at + 1);
        const between = served.slice(at + 1, next);
        if (next > at) expect(new Set(between).size).toBe(between.length);
      }
    }),
    { numRuns: 100 },
  );
});
