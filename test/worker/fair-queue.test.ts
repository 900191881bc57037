import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFairQueue } from '../../worker-node/pipeline/fair-queue.ts';

const item = (owner: string, n: number) => ({ owner, n });

test('fair queue: next is the oldest item of the owner with the fewest in progress, then of the longest without a turn', () => {
  const queue = createFairQueue<{ owner: string; n: number }>({ limit: 20 });
  for (let n = 0; n < 3; n += 1) queue.add(item('ada', n));
  queue.add(item('eve', 0));
  queue.add(item('eve', 1));
  const order = [queue.next(), queue.next(), queue.next(), queue.next()].map((next) => `${next?.owner}${next?.n}`);
  expect(order).toEqual(['ada0', 'eve0', 'ada1', 'eve1']);
  queue.finished(item('eve', 0));
  queue.finished(item('eve', 1));
  queue.add(item('eve', 2));
  expect(queue.next()).toMatchObject({ owner: 'eve' });
  expect(queue.next()).toMatchObject({ owner: 'ada', n: 2 });
  expect(queue.next()).toBeUndefined();
});

test('fair queue: an owner who comes while others have turns is before them when those turns end', () => {
  const queue = createFairQueue<{ owner: string; n: number }>({ limit: 20 });
  for (const owner of ['eve', 'mal']) for (let n = 0; n < 3; n += 1) queue.add(item(owner, n));
  queue.next();
  queue.next();
  queue.add(item('ada', 0));
  queue.finished(item('eve', 0));
  expect(queue.next()).toMatchObject({ owner: 'ada' });
});

test('fair queue: one owner can hold three quarters of it at most', () => {
  const queue = createFairQueue<{ owner: string; n: number }>({ limit: 8 });
  const taken = Array.from({ length: 100 }, (_, n) => queue.add(item('ada', n))).filter(Boolean).length;
  expect(taken).toBe(6);
  expect(queue.add(item('eve', 0))).toBe(true);
  expect(queue.add(item('bob', 0))).toBe(true);
  expect(queue.add(item('kim', 0))).toBe(false);
  expect(queue.clear()).toHaveLength(8);
  expect(queue.size()).toBe(0);
  expect(queue.next()).toBeUndefined();
});

test('fair queue: for any arrivals each item comes out once, and a single item waits for one turn of each other owner at most', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 60 }), (owners) => {
      const queue = createFairQueue<{ owner: string; n: number }>({ limit: 1000 });
      owners.forEach((owner, n) => {
        expect(queue.add(item(owner, n))).toBe(true);
      });
      queue.add(item('lone', -1));
      const out: { owner: string; n: number }[] = [];
      for (let next = queue.next(); next; next = queue.next()) {
        out.push(next);
        queue.finished(next);
      }
      expect(out.map(({ n }) => n).toSorted((x, y) => x - y)).toEqual([-1, ...owners.keys()]);
      expect(out.findIndex(({ owner }) => owner === 'lone')).toBeLessThanOrEqual(4);
    }),
  );
});

test('fair queue: one owner has at most `perOwner` items in progress, and unknown owners have no such limit', () => {
  const queue = createFairQueue<{ owner: string; n: number }>({ limit: 100, perOwner: 2 });
  for (let n = 0; n < 3; n += 1) queue.add(item('ada', n));
  expect([queue.next(), queue.next(), queue.next()].map((next) => next?.n)).toEqual([0, 1, undefined]);
  queue.add(item('eve', 0));
  expect(queue.next()).toMatchObject({ owner: 'eve' });
  queue.finished(item('ada', 0));
  expect(queue.next()).toMatchObject({ owner: 'ada', n: 2 });
  for (let n = 0; n < 3; n += 1) queue.add(item('', n));
  expect([queue.next(), queue.next(), queue.next()].map((next) => next?.owner)).toEqual(['', '', '']);
});
