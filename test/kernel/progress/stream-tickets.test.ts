import { expect, test } from 'vitest';
import { createMemoryKeyValue } from '../../../src/kernel/kv/memory.ts';
import type { Actor } from '../../../src/kernel/model/actor.ts';
import { createStreamTickets, TICKET_SECONDS } from '../../../src/kernel/progress/stream-tickets.ts';
import { manualClock } from '../../support/fakes/doubles.ts';

const actor: Actor = {
  kind: 'user',
  userId: 'u1',
  username: 'ada',
  tier: 'free',
  scopes: ['resources:read'],
  sessionId: 's1',
  tokenId: null,
  keyId: null,
};

test('stream ticket: returns its actor repeatedly for 60 s, then is refused', async () => {
  const clock = manualClock();
  const tickets = createStreamTickets({ kv: createMemoryKeyValue({ clock }) });
  const ticket = await tickets.issue(actor);
  clock.advance(TICKET_SECONDS * 1000 - 1);
  expect(await tickets.redeem(ticket)).toEqual(actor);
  expect(await tickets.redeem(ticket)).toEqual(actor);
  clock.advance(1);
  await expect(tickets.redeem(ticket)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('stream ticket: every ticket is different, and the store holds none in clear text', async () => {
  const stored: string[] = [];
  const tickets = createStreamTickets({
    kv: { get: async () => undefined, set: async (key, value) => stored.push(key, value) > 0 },
  });
  const [one, two] = [await tickets.issue(actor), await tickets.issue(actor)];
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(two).not.toBe(one);
  expect(stored.join()).not.toContain(one);
});

test('stream ticket: an unknown ticket is 401, and a store that is down is 503', async () => {
  const up = createStreamTickets({ kv: createMemoryKeyValue({ clock: manualClock() }) });
  await expect(up.redeem('f'.repeat(64))).rejects.toMatchObject({ code: 'unauthenticated' });
  const away = async () => Promise.reject(new Error('ECONNREFUSED'));
  const down = createStreamTickets({ kv: { get: away, set: away } });
  await expect(down.issue(actor)).rejects.toMatchObject({ code: 'unavailable' });
  await expect(down.redeem('f'.repeat(64))).rejects.toMatchObject({ code: 'unavailable' });
});
