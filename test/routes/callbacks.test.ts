import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertDelivery, settleDelivery } from '../../src/kernel/db/callback-deliveries.ts';
import { deleteExpired } from '../../src/kernel/db/expired.ts';
import type { CallbackDelivery } from '../../src/kernel/db/types.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

interface Person {
  readonly headers: Record<string, string>;
  readonly id: string;
  readonly resourceId: string;
}

let app: TestApp;
let ada: Person;
let eve: Person;
beforeAll(async () => {
  app = await createTestApp();
  [ada, eve] = [await person(), await person()];
});
afterAll(() => app.close());

async function person(): Promise<Person> {
  const headers = await app.login();
  const me = (await (await app.request('/auth/me', { headers })).json()) as { id: string };
  const posted = await app.request('/resources', {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ content: `A text. ${me.id} `.repeat(10), callback_url: 'https://example.org/hook' }),
  });
  expect(posted.status).toBe(202);
  return { headers, id: me.id, resourceId: ((await posted.json()) as { id: string }).id };
}

async function delivery(to: Person, more: Partial<CallbackDelivery> = {}): Promise<CallbackDelivery> {
  const now = app.clock.now();
  const row: CallbackDelivery = {
    id: app.services.ids.next(),
    ownerId: to.id,
    resourceId: to.resourceId,
    event: 'resource.completed',
    url: 'https://example.org/hook',
    payload: '{}',
    state: 'pending',
    attempt: 0,
    availableAt: now,
    responseStatus: null,
    error: null,
    createdAt: now,
    finishedAt: null,
    ...more,
  };
  await insertDelivery(app.services.db, row);
  return row;
}

async function ask(path: string, { headers }: Person, method = 'GET') {
  const response = await app.request(path, { method, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown>, headers: response.headers };
}
const listed = async (query: string, who = ada) => {
  const { body } = await ask(`/callbacks${query}`, who);
  return { ...body, callbacks: body.callbacks as Record<string, unknown>[] } as {
    callbacks: Record<string, unknown>[];
    next_cursor?: string;
  };
};

describe('GET /callbacks', () => {
  test('GET /callbacks: lists sent and pending callbacks newest first, in pages', async () => {
    const settled = { attempt: 2, responseStatus: 204, finishedAt: app.clock.now() + 5 } as const;
    const first = await delivery(ada, { ...settled, state: 'delivered', createdAt: app.clock.now() - 2 });
    const second = await delivery(ada, { attempt: 1, responseStatus: 500, error: 'The receiver responded with HTTP 500' });
    const page = await listed('?limit=1');
    expect(page.callbacks).toEqual([
      {
        id: second.id,
        resource_id: ada.resourceId,
        event: 'resource.completed',
        url: 'https://example.org/hook',
        state: 'pending',
        attempts: 1,
        next_attempt_at: new Date(second.availableAt).toISOString(),
        response_status: 500,
        error: 'The receiver responded with HTTP 500',
        created_at: new Date(second.createdAt).toISOString(),
      },
    ]);
    const rest = await listed(`?limit=10&cursor=${page.next_cursor}`);
    expect(rest.callbacks.map(({ id }) => id)).toEqual([first.id]);
    expect(rest.callbacks[0]).toMatchObject({ state: 'delivered', finished_at: new Date(app.clock.now() + 5).toISOString() });
    expect(rest.callbacks[0]).not.toHaveProperty('next_attempt_at');
    expect(rest.next_cursor).toBeUndefined();
  });

  test('GET /callbacks: filters by resource and by state', async () => {
    const failed = await delivery(ada, { state: 'failed', finishedAt: app.clock.now() });
    expect((await listed('?state=failed')).callbacks.map(({ id }) => id)).toEqual([failed.id]);
    expect((await listed(`?resource_id=${ada.resourceId}&state=failed`)).callbacks).toHaveLength(1);
    expect((await listed(`?resource_id=${eve.resourceId}`)).callbacks).toEqual([]);
  });

  test('GET /callbacks: omits callbacks of other owners', async () => {
    await delivery(ada);
    expect((await listed('', eve)).callbacks).toEqual([]);
  });

  test('GET /callbacks: 422 naming the invalid parameter', async () => {
    for (const [query, field] of [
      ['state=lost', 'state'],
      ['limit=0', 'limit'],
      ['cursor=x', 'cursor'],
    ]) {
      const { status, body } = await ask(`/callbacks?${query}`, ada);
      expect(status).toBe(422);
      expect(body.errors).toMatchObject([{ path: field }]);
    }
  });
});

describe('POST /callbacks/{id}/retry', () => {
  test('POST /callbacks/{id}/retry: a callback that was given up becomes due again', async () => {
    const { id } = await delivery(ada, { state: 'failed', attempt: 10, error: 'x', finishedAt: app.clock.now() });
    const { status, body } = await ask(`/callbacks/${id}/retry`, ada, 'POST');
    expect(status).toBe(202);
    expect(body).toMatchObject({ id, state: 'pending', attempts: 0, next_attempt_at: new Date(app.clock.now()).toISOString() });
    expect(body).not.toHaveProperty('error');
  });

  test("POST /callbacks/{id}/retry: a pending callback is 409, another owner's is 404", async () => {
    const { id } = await delivery(ada);
    expect((await ask(`/callbacks/${id}/retry`, ada, 'POST')).status).toBe(409);
    expect((await ask(`/callbacks/${id}/retry`, eve, 'POST')).status).toBe(404);
    expect((await ask('/callbacks/nothing/retry', ada, 'POST')).status).toBe(404);
  });
});

describe('/callbacks/secret', () => {
  test('callback secret: created on first read, then stable, one per owner', async () => {
    const first = await ask('/callbacks/secret', ada);
    expect(first).toMatchObject({ status: 200, body: { secret: expect.stringMatching(/^whsec_[\w+/]{43}=$/) } });
    expect(first.headers.get('Cache-Control')).toBe('no-store');
    expect((await ask('/callbacks/secret', ada)).body).toEqual(first.body);
    expect((await ask('/callbacks/secret', eve)).body.secret).not.toBe(first.body.secret);
  });

  test('callback secret: two concurrent first reads get the same secret', async () => {
    const someone = await person();
    const both = await Promise.all([ask('/callbacks/secret', someone), ask('/callbacks/secret', someone)]);
    expect(both[0].body.secret).toBe(both[1].body.secret);
  });

  test('callback secret: can be replaced, and the previous one stays valid for a day', async () => {
    const before = (await ask('/callbacks/secret', ada)).body.secret;
    const { status, body } = await ask('/callbacks/secret', ada, 'POST');
    expect(status).toBe(201);
    expect(body.secret).not.toBe(before);
    expect(body.previous_valid_until).toBe(new Date(app.clock.now() + 24 * 3_600_000).toISOString());
    app.clock.advance(24 * 3_600_000);
    const later = { ...ada, headers: await app.login('someone-later') };
    await ask('/callbacks/secret', later, 'POST');
    expect((await ask('/callbacks/secret', later)).body).not.toHaveProperty('previous_valid_until');
  });
});

test('callbacks: finished deliveries are purged after 30 days, pending ones stay', async () => {
  const now = app.clock.now();
  const old = now - 31 * 24 * 3_600_000;
  const told = await delivery(ada, { state: 'delivered', createdAt: old, finishedAt: old });
  const open = await delivery(ada, { createdAt: old });
  expect((await deleteExpired(app.services.db, now)).callbackDeliveries).toBe(1);
  const outcome = { state: 'delivered', availableAt: now, responseStatus: 204, error: null, finishedAt: now } as const;
  expect(await settleDelivery(app.services.db, told, outcome)).toBe(false);
  expect(await settleDelivery(app.services.db, open, outcome)).toBe(true);
});
