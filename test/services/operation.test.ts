import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Actor } from '../../src/kernel/model/actor.ts';
import type { AccountSession } from '../../src/services/accounts/account-session.ts';
import { type AccountCaller, type Caller, nothing, type OpenCaller, operation } from '../../src/services/operation.ts';

const actor: Actor = {
  kind: 'user',
  userId: 'ada',
  username: 'ada',
  tier: 'free',
  scopes: ['resources:read'],
  sessionId: null,
  tokenId: null,
  keyId: null,
};

const greet = operation({
  name: 'people.greet',
  scope: 'resources:read',
  summary: 'Greet somebody',
  destructive: false,
  input: z.strictObject({ name: z.string().min(1), times: z.coerce.number().int().default(1) }),
  output: z.object({ greeting: z.string() }),
  run: async ({ word, actor: { username } }: { word: string } & Caller, { name, times }) => ({
    greeting: `${`${word} `.repeat(times)}${name}, says ${username}`,
  }),
});

test('operation: runs with the context, the caller and the parsed input', async () => {
  expect(await greet({ word: 'Hello' }, actor, { name: 'Bob', times: '2' })).toEqual({
    greeting: 'Hello Hello Bob, says ada',
  });
});

test('operation: carries its description', () => {
  expect({ ...greet, name: greet.name }).toMatchObject({
    name: 'people.greet',
    scope: 'resources:read',
    destructive: false,
    errors: [],
  });
});

test('operation: a caller without the scope is forbidden before the input is looked at', async () => {
  const called = greet({ word: 'Hello' }, { ...actor, scopes: ['search'] }, { name: '' });
  await expect(called).rejects.toMatchObject({ code: 'forbidden', detail: 'This operation needs the scope resources:read' });
});

test('operation: invalid input names every field, and what is wrong with the whole by its source', async () => {
  const wrong = { name: '', times: 'often', else: 1 };
  await expect(greet({ word: 'Hello' }, actor, wrong as never)).rejects.toMatchObject({
    code: 'invalid_input',
    errors: [{ path: 'name' }, { path: 'times' }, { path: 'else', message: 'is not a field of this request' }],
  });
  const called = greet({ word: 'Hello' }, actor, [] as never, { source: 'json' });
  await expect(called).rejects.toMatchObject({ errors: [{ path: 'json' }] });
  await expect(greet({ word: 'Hello' }, actor, 1 as never)).rejects.toMatchObject({ errors: [{ path: 'input' }] });
});

const leave = operation({
  name: 'people.leave',
  scope: null,
  account: 'interactive',
  summary: 'Leave',
  destructive: true,
  input: z.object({}),
  output: nothing,
  run: async ({ account, left }: AccountCaller & { left: string[] }) => {
    left.push(account.user.id);
  },
});

test('operation: an account operation refuses an API key, and takes a session that was verified already', async () => {
  const left: string[] = [];
  await expect(leave({ left }, actor, {})).rejects.toMatchObject({ code: 'forbidden' });
  await leave({ left }, actor, {}, { account: { actor, user: { id: 'ada' } } as AccountSession });
  expect(left).toEqual(['ada']);
});

const knock = operation({
  name: 'people.knock',
  scope: 'public',
  summary: 'Knock',
  destructive: false,
  input: z.strictObject({ times: z.int() }),
  output: z.object({ heard: z.string() }),
  run: async ({ isLocal, session, origin }: OpenCaller, { times }) => ({
    heard: [times, isLocal, (await session())?.user.id ?? 'no session', origin.address ?? 'no address'].join(', '),
  }),
});

test('operation: without credentials it knows where the call comes from, and a session only where the caller sent one', async () => {
  expect(await knock({}, null, { times: 2 })).toEqual({ heard: '2, false, no session, no address' });
  const session = async () => ({ user: { id: 'ada' } }) as AccountSession;
  const origin = { address: '127.0.0.1', userAgent: null };
  expect(await knock({}, null, { times: 1 }, { isLocal: true, session, origin })).toEqual({ heard: '1, true, ada, 127.0.0.1' });
  await expect(knock({}, null, { times: 'often' as never })).rejects.toMatchObject({ errors: [{ path: 'times' }] });
});
