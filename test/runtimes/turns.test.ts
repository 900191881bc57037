import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPasswordHasher, hashingTurns, inTurns } from '../../src/adapters/passwords.ts';
import { createTurns, noTurns, type TurnsOptions } from '../../src/adapters/turns.ts';
import { cheapHasher } from '../support/kits/services.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Turns whose work ends when the test says so; every step is written down in the order in which it happens. */
function kit(options: Partial<TurnsOptions> = {}) {
  const turns = createTurns({
    ...{ max: 1, maxWaiting: 100, maxWaitingPerKey: 100, waitMs: 5000, refused: () => new Error('refused') },
    ...options,
  });
  const events: string[] = [];
  const running: { name: string; end: (error?: Error) => void }[] = [];
  const ask = (key: string, name: string) => {
    const work = () =>
      new Promise<void>((resolve, reject) => {
        events.push(name);
        running.push({ name, end: (error) => (error ? reject(error) : resolve()) });
      });
    return turns.run(key, work).catch((error: Error) => void events.push(`${name} ${error.message}`));
  };
  const settle = () => vi.advanceTimersByTimeAsync(0);
  return {
    events,
    ask,
    settle,
    running: () => running.map(({ name }) => name),
    /** Ends what has run longest, and waits for what follows from it. */
    endOne: async (error?: Error) => {
      running.shift()?.end(error);
      await settle();
    },
  };
}

test('turns: a key with one waiter is second in line, however many of another key came before it', async () => {
  const { ask, events, endOne, settle } = kit();
  for (let i = 0; i < 20; i++) void ask('crowd', `crowd ${i}`);
  void ask('ada', 'ada');
  void ask('eve', 'eve');
  await settle();
  for (let i = 0; i < 4; i++) await endOne();
  expect(events).toEqual(['crowd 0', 'crowd 1', 'ada', 'eve', 'crowd 2']);
});

test('turns: no more than the limit runs at once, also after work that failed', async () => {
  const { ask, running, endOne, settle } = kit({ max: 2 });
  for (const name of ['a', 'b', 'c', 'd', 'e']) void ask(name, name);
  await settle();
  expect(running()).toEqual(['a', 'b']);
  await endOne(new Error('broken'));
  expect(running()).toEqual(['b', 'c']);
  for (let i = 0; i < 4; i++) await endOne();
  void ask('f', 'f');
  void ask('g', 'g');
  void ask('h', 'h');
  await settle();
  expect(running()).toEqual(['f', 'g']);
});

test('turns: a key with its share of the line waiting is refused, and another key is not', async () => {
  const { ask, events, settle } = kit({ maxWaitingPerKey: 2 });
  for (let i = 0; i < 4; i++) void ask('crowd', `crowd ${i}`);
  void ask('ada', 'ada');
  await settle();
  expect(events).toEqual(['crowd 0', 'crowd 3 refused']);
});

test('turns: a newcomer to a full line replaces the last of the longest line, and is refused where all are as short', async () => {
  const { ask, events, settle } = kit({ maxWaiting: 3 });
  for (let i = 0; i < 4; i++) void ask('crowd', `crowd ${i}`);
  void ask('ada', 'ada');
  void ask('eve', 'eve');
  void ask('bob', 'bob');
  await settle();
  expect(events).toEqual(['crowd 0', 'crowd 3 refused', 'crowd 2 refused', 'bob refused']);
});

test('turns: waiting ends at the deadline, and work that began before it goes on', async () => {
  const { ask, events, running, endOne } = kit({ waitMs: 5000 });
  void ask('a', 'first');
  void ask('a', 'second');
  await vi.advanceTimersByTimeAsync(4999);
  expect(events).toEqual(['first']);
  await vi.advanceTimersByTimeAsync(1);
  expect(events).toEqual(['first', 'second refused']);
  expect(running()).toEqual(['first']);
  await endOne();
  void ask('a', 'third');
  expect(events.at(-1)).toBe('third');
});

test('turns: every request runs once or is refused, no more than the limits at any time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.constantFrom('a', 'b', 'c', 'd'), fc.constant('end')), { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 5 }),
      async (steps, max, maxWaiting) => {
        const { ask, events, running, endOne, settle } = kit({ max, maxWaiting, maxWaitingPerKey: 3 });
        let asked = 0;
        for (const step of steps) {
          if (step === 'end') await endOne();
          else void ask(step, `${step}${asked++}`);
          await settle();
          const refused = events.filter((event) => event.endsWith('refused')).length;
          const begun = events.length - refused;
          expect(running().length).toBeLessThanOrEqual(max);
          expect(asked - begun - refused).toBeLessThanOrEqual(maxWaiting);
          if (running().length < max) expect(asked).toBe(begun + refused);
        }
        while (running().length > 0) await endOne();
        expect(events.length).toBe(asked);
        expect(new Set(events.map((event) => event.split(' ')[0])).size).toBe(asked);
      },
    ),
  );
});

test('password hashing: one address with a hundred logins leaves the second turn to another, and its excess is 503', async () => {
  const order: string[] = [];
  let end: (() => void)[] = [];
  const hasher = inTurns(
    {
      ...cheapHasher,
      verify: (password) =>
        new Promise((resolve) => {
          order.push(password);
          end.push(() => resolve(false));
        }),
    },
    hashingTurns(),
  );
  const refused: unknown[] = [];
  for (let i = 0; i < 100; i++) void hasher.verify('crowd', 'x', '192.0.2.1').catch((error) => refused.push(error));
  void hasher.verify('ada', 'x', '192.0.2.2');
  await vi.advanceTimersByTimeAsync(0);
  expect(order).toEqual(['crowd', 'crowd']);
  const ending = end;
  end = [];
  for (const finish of ending) finish();
  await vi.advanceTimersByTimeAsync(0);
  expect(order).toEqual(['crowd', 'crowd', 'crowd', 'ada']);
  expect(refused).toHaveLength(100 - 2 - 32);
  expect(refused[0]).toMatchObject({ code: 'unavailable', retryAfter: 3 });
  await vi.advanceTimersByTimeAsync(5000);
  expect(refused).toHaveLength(100 - 3);
});

test('password hashing: scrypt and bcrypt wait in one line, and on Workers nothing waits', async () => {
  vi.useRealTimers();
  let refusals = 0;
  const full = createTurns({
    ...{ max: 1, maxWaiting: 0, maxWaitingPerKey: 1, waitMs: 5000 },
    refused: () => {
      refusals += 1;
      return new Error('refused');
    },
  });
  const bcrypt = '$2b$04$abcdefghijklmnopqrstuuNNQpXL5L8Z0uW1b3bNn0eEJ5eO0sD5K';
  const parameters = { ln: 4, r: 8, p: 1 };
  const limited = createPasswordHasher(parameters, full);
  await Promise.allSettled([limited.hash('x'), limited.verify('x', bcrypt), limited.hash('x')]);
  expect(refusals).toBe(2);
  const free = createPasswordHasher(parameters, noTurns);
  const stored = await free.hash('x');
  expect(await Promise.all(Array.from({ length: 50 }, () => free.verify('x', stored)))).not.toContain(false);
});
