import { expect, test, vi } from 'vitest';
import { type ConsumeReply, consumeByScript } from '../../../src/kernel/rate-limits/script-codec.ts';

const policies = [{ name: 'minute', windowMs: 60_000, limit: 5 }];
const requests = [{ limit: { key: 'k', policies, cost: 2 }, read: ['a', 'b'] }, { read: ['b'] }];

test('consumeByScript: sends limited keys, then each key to read once, and splits the reply', async () => {
  const run = vi.fn(async (): Promise<ConsumeReply> => [1000, 'x', '', 0, 3, 61_000]);
  expect(await consumeByScript(requests, run)).toEqual([
    {
      values: ['x', undefined],
      decision: { admitted: true, retryAfterMs: 0, states: [{ policy: policies[0], remaining: 3, resetAt: 61_000 }] },
    },
    { values: [undefined] },
  ]);
  expect(run).toHaveBeenCalledWith(['k', 'a', 'b'], ['', '1', '2', '1', '60000', '5', '0']);
});

test('consumeByScript: a peek is sent as a negative cost', async () => {
  const run = vi.fn(async (): Promise<ConsumeReply> => [1000, 0, 5, 1000]);
  await consumeByScript([{ limit: { key: 'k', policies, cost: 2, peek: true }, read: [] }], run);
  expect(run).toHaveBeenCalledWith(['k'], ['', '1', '-2', '1', '60000', '5', '0']);
});

test('consumeByScript: requests without keys do not call the store', async () => {
  const run = vi.fn();
  expect(await consumeByScript([{ read: [] }], run)).toEqual([{ values: [] }]);
  expect(run).not.toHaveBeenCalled();
});

test.each([
  ['no list', 'PONG'],
  ['too short', [1000, 'x', '', 0]],
  ['too long', [1000, 'x', '', 0, 3, 61_000, 7]],
  ['text where a number belongs', [1000, 'x', '', '0', 3, 61_000]],
  ['a number that is not finite', [1000, 'x', '', Number.NaN, 3, 61_000]],
])('consumeByScript: a malformed reply is refused: %s', async (_name, reply) => {
  await expect(consumeByScript(requests, async () => reply as ConsumeReply)).rejects.toThrow('malformed reply');
});
