import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createByteBudget, type HeldBytes } from '../../../src/kernel/core/byte-budget.ts';

test('byte budget: an owner holds as much as stays free, in one body or several', () => {
  const budget = createByteBudget(100);
  const [one, two, eve] = [budget.hold('ada'), budget.hold('ada'), budget.hold('eve')];
  expect([one.fits(50), one.fits(51), one.grow(30), two.grow(21), two.grow(20)]).toEqual([true, false, true, false, true]);
  expect([one.grow(31), eve.fits(26), eve.grow(25)]).toEqual([false, false, true]);
  one.release();
  expect([eve.grow(41), eve.grow(40), two.grow(21)]).toEqual([false, true, true]);
});

test('byte budget: however greedy the owners are, the total holds and a newcomer has room; released bytes are free again', () => {
  const step = fc.oneof(
    fc.record({ owner: fc.constantFrom('a', 'b', 'c', 'd'), bytes: fc.integer({ min: 1, max: 2_000_000 }) }),
    fc.record({ leave: fc.nat(20) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const total = 1_000_000;
      const budget = createByteBudget(total);
      const bodies: { held: HeldBytes; bytes: number }[] = [];
      for (const one of steps) {
        if ('leave' in one) bodies.splice(one.leave, 1)[0]?.held.release();
        else {
          const held = budget.hold(one.owner);
          // As much as there is, so that every owner holds all that it may.
          let bytes = one.bytes;
          while (bytes > 1 && !held.grow(bytes)) bytes = Math.floor(bytes / 2);
          bodies.push({ held, bytes: bytes > 1 ? bytes : 0 });
        }
        const taken = bodies.reduce((sum, { bytes }) => sum + bytes, 0);
        expect(taken).toBeLessThan(total);
        // Each of four owners leaves half of what it found, and a newcomer may have half of the rest.
        expect(budget.hold('newcomer').fits(total / 32)).toBe(true);
      }
      for (const { held } of bodies) {
        held.release();
        held.release();
      }
      expect(budget.hold('a').fits(total / 2)).toBe(true);
    }),
  );
});
