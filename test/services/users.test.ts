import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../src/kernel/model/actor.ts';
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
