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
};

test('a ticket stands for who asked for it, as often as needed, for a minute', async () => {
  const clock = manualClock();
  const tickets = createStreamTickets({ kv: createMemoryKeyValue({ clock }) });
  const ticket = await tickets.issue(actor);
  clock.advance(TICKET_SECONDS * 1000 - 1);
  expect(await tickets.redeem(ticket)).toEqual(actor);
  expect(await tickets.redeem(ticket)).toEqual(actor);
  clock.advance(1);
  await expect(tickets.redeem(ticket)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('no two tickets are the same, and none can be read from the store', async () => {
  const stored: string[] = [];
  const tickets = createStreamTickets({
    kv: { get: async () => undefined, set: async (key, value) => stored.push(key, value) > 0 },
  });
  const [one, two] = [await tickets.issue(actor), await tickets.issue(actor)];
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(two).not.toBe(one);
  expect(stored.join()).not.toContain(one);
});

test("an unknown ticket is refused, and a store that is down is not the ticket's fault", async () => {
  const up = createStreamTickets({ kv: createMemoryKeyValue({ clock: manualClock() }) });
  await expect(up.redeem('f'.repeat(64))).rejects.toMatchObject({ code: 'unauthenticated' });
  const away = async () => Promise.reject(new Error('ECONNREFUSED'));
  const down = createStreamTickets({ kv: { get: away, set: away } });
  await expect(down.issue(actor)).rejects.toMatchObject({ code: 'unavailable' });
  await expect(down.redeem('f'.repeat(64))).rejects.toMatchObject({ code: 'unavailable' });
});
