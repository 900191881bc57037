import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiKeys, sessions } from '../../src/kernel/db/schema.sqlite.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { ensureSystemUser } from '../../src/services/accounts/accounts.ts';
import { getAccount } from '../../src/services/accounts/get-account.ts';
import { listUserEvents, listUsers, updateUser } from '../../src/services/accounts/users.ts';
import { createTestLibrary, type TestLibrary } from '../support/kits/library.ts';

let library: TestLibrary;
let admin: Actor;
let bob: Actor;
beforeAll(async () => {
  library = await createTestLibrary();
  admin = await library.person('root', ['admin']);
  bob = await library.person('bob');
});
afterAll(() => library.close());

test('updateUser: an admin without a session is forbidden, whatever road the call takes', async () => {
  const { services } = library;
  const change = { id: bob.userId, active: false };
  await expect(updateUser(services, { ...admin, sessionId: null }, change)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(updateUser(services, { ...admin, sessionId: 'over' }, change)).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(await getAccount(services, bob, {})).toMatchObject({ username: 'bob', active: true });
});

test('updateUser: the master key deactivates an account, and its event names who did it and from where', async () => {
  const { services } = library;
  const service: Actor = { ...admin, kind: 'service', username: 'master', sessionId: null };
  const origin = { address: '192.0.2.1', userAgent: 'a console' };
  const carol = await library.person('carol');
  await updateUser(services, service, { id: carol.userId, active: false }, { origin });
  await library.background.settled();
  await expect(getAccount(services, carol, {})).rejects.toMatchObject({ code: 'unauthenticated' });
  const { users } = await listUsers(services, service, { q: 'carol' });
  expect(users).toMatchObject([{ username: 'carol', active: false }]);
  const { events } = await listUserEvents(services, service, { id: carol.userId });
  expect(events).toMatchObject([{ event: 'deactivated', address: '192.0.2.1', user_agent: 'a console' }]);
});

test('listUsers: each account has the number of its own documents, and when it was last seen', async () => {
  const { services } = library;
  const service: Actor = { ...admin, kind: 'service', username: 'master', sessionId: null };
  const dora = await library.person('dora');
  const erin = await library.person('erin');
  for (const passage of ['one', 'two', 'three']) await library.addDocument(dora, { passages: [passage] });
  await library.addDocument(erin, { passages: ['four'] });
  const listed = async (q: string) => (await listUsers(services, service, { q })).users[0];
  expect(await listed('erin')).toMatchObject({ documents: 1 });
  expect(await listed('erin')).not.toHaveProperty('last_seen_at');

  const seen = (seconds: number) => Date.UTC(2026, 10, 20) + seconds * 1000;
  const key = { userId: dora.userId, name: 'k', prefix: 'phk_', scopes: [], createdAt: 0 };
  await services.db.insert(apiKeys).values({ ...key, id: 'k1', hash: 'h1', lastUsedAt: seen(5) });
  await services.db.insert(apiKeys).values({ ...key, id: 'k2', hash: 'h2', lastUsedAt: null });
  expect(await listed('dora')).toMatchObject({ documents: 3, last_seen_at: new Date(seen(5)).toISOString() });
  const session = { userId: dora.userId, kind: 'interactive' as const, credentialsEpoch: 0, generation: 1, scopes: [] };
  await services.db
    .insert(sessions)
    .values({ ...session, id: 's1', createdAt: seen(0), rotatedAt: seen(9), expiresAt: seen(1_000_000) });
  expect(await listed('dora')).toMatchObject({ documents: 3, last_seen_at: new Date(seen(9)).toISOString() });
});

test('updateUser: a system user is refused, and told apart in the list', async () => {
  const { services } = library;
  const service: Actor = { ...admin, kind: 'service', username: 'master', sessionId: null };
  const { id } = await ensureSystemUser(services, 'service');
  for (const change of [{ active: false }, { tier: 'free' as const }]) {
    await expect(updateUser(services, service, { id, ...change })).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('MASTER_API_KEY'),
    });
  }
  const { users } = await listUsers(services, service, { q: 'service' });
  expect(users).toMatchObject([{ id, system: true, active: true, tier: 'admin', documents: 0 }]);
  expect(users[0]).not.toHaveProperty('last_seen_at');
});

test('user operations: a caller without the scope admin is forbidden', async () => {
  const { services } = library;
  for (const called of [
    listUsers(services, bob, {}),
    updateUser(services, bob, { id: bob.userId, tier: 'admin' }),
    listUserEvents(services, bob, { id: bob.userId }),
  ]) {
    await expect(called).rejects.toMatchObject({ code: 'forbidden' });
  }
});
