import { expect, test } from 'vitest';
import { createFreshRuns } from '../../../../worker-node/search/libraries/fresh-runs.ts';

/** Runs that end when the test says so. */
function setUp() {
  const open: PromiseWithResolvers<number>[] = [];
  const call = createFreshRuns(() => {
    open.push(Promise.withResolvers());
    return open.at(-1)!.promise;
  });
  return { open, call };
}

test('fresh runs: a call during a run gets the next run, which all such calls share', async () => {
  const { open, call } = setUp();
  const first = call();
  const [second, third] = [call(), call()];
  expect(open).toHaveLength(1);
  open[0]!.resolve(1);
  expect(await first).toBe(1);
  await expect.poll(() => open.length).toBe(2);
  const fourth = call();
  open[1]!.resolve(2);
  expect(await Promise.all([second, third])).toEqual([2, 2]);
  await expect.poll(() => open.length).toBe(3);
  open[2]!.resolve(3);
  expect(await fourth).toBe(3);
  expect(open).toHaveLength(3);
});

test('fresh runs: a run that fails is its callers’ failure alone', async () => {
  const { open, call } = setUp();
  const first = expect(call()).rejects.toThrow('away');
  const second = call();
  open[0]!.reject(new Error('away'));
  await first;
  await expect.poll(() => open.length).toBe(2);
  open[1]!.resolve(2);
  expect(await second).toBe(2);
});
