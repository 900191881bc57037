import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { writeStages } from '../../src/kernel/db/resource-stages.ts';
import { deleteResource } from '../../src/kernel/db/resources.ts';
import { sessions, users } from '../../src/kernel/db/schema.sqlite.ts';
import { newStages, STAGES, type Stage, type StageState } from '../../src/kernel/model/stages.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { readEvents } from '../support/kits/events.ts';
import { freshId, seedResource, statesWith } from '../support/kits/jobs.ts';

const HEARTBEAT = 15_000;
const NO_CREDENTIALS = { kind: 'user', username: '', tier: 'free', sessionId: null, tokenId: null, keyId: null } as const;

let app: TestApp;
let headers: { Authorization: string };
/** Open subscriptions; a stream that ended and left one open leaks. */
let watching = 0;
beforeEach(async () => {
  app = await createTestApp();
  const { subscribe: watch } = app.services.progress;
  watching = 0;
  vi.spyOn(app.services.progress, 'subscribe').mockImplementation((id, listener) => {
    const stop = watch(id, listener);
    watching += 1;
    return () => {
      stop();
      watching -= 1;
    };
  });
  headers = await app.login();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await app.close();
});

const userOf = ({ Authorization }: { Authorization: string }) => String(decodeJwt(Authorization.slice(7)).user_id);

async function begun(states = newStages(app.clock.now()), owner = headers): Promise<string> {
  const id = await seedResource({ db: app.database.db, clock: app.clock }, userOf(owner), states);
  await app.services.progress.begin(id, states);
  return id;
}
const state = (status: StageState['status'], more: Partial<StageState> = {}): StageState => ({
  ...statesWith({ status, attempt: 1, startedAt: app.clock.now(), updatedAt: app.clock.now() }).graph,
  ...(status === 'completed' ? { percent: 100, finishedAt: app.clock.now() } : {}),
  ...more,
});
const report = (id: string, stages: Partial<Record<Stage, StageState>>) =>
  app.services.progress.report({ resource_id: id, stages });
const complete = (id: string) => report(id, Object.fromEntries(STAGES.map((stage) => [stage, state('completed')])));

const connect = async (path: string, more: Record<string, string> = {}) => {
  const response = await app.request(path, { headers: { ...headers, ...more } });
  return { response, ...readEvents(response) };
};
const watch = (id: string, lastEventId?: string) =>
  connect(`/resources/${id}/progress/events`, lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId });

describe('GET /resources/{id}/progress/events', () => {
  test('event stream: starts with a snapshot, sends every change with a rising id, and ends with the last', async () => {
    const id = await begun();
    const { response, next, rest } = await watch(id);
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('text/event-stream');
    expect(response.headers.get('Cache-Control')).toBe('no-transform, no-store');
    expect(response.headers.get('X-Accel-Buffering')).toBe('no');

    const snapshot = await next();
    expect(snapshot).toMatchObject({ event: 'snapshot', data: { resource_id: id, overall_status: 'pending', percent: 0 } });
    const ids = [Number(snapshot?.id)];
    for (const stage of STAGES) {
      await report(id, { [stage]: state('processing') });
      const event = await next();
      expect(event).toMatchObject({
        event: 'progress',
        data: { overall_status: 'processing', stages: { [stage]: 'processing' } },
      });
      expect(Object.keys(event?.data.stages)).toEqual(Object.keys(snapshot?.data.stages));
      ids.push(Number(event?.id));
      await report(id, { [stage]: state('completed') });
      ids.push(Number((await next())?.id));
    }
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    // A change after the end is not sent.
    await report(id, { graph: state('processing', { attempt: 9 }) });
    expect(await rest()).toEqual([]);
    expect(watching).toBe(0);
  });

  test('event stream: of a finished resource it is the snapshot alone, and 204 for a client that has it', async () => {
    const id = await begun(statesWith({ status: 'completed', attempt: 1, percent: 100 }));
    const { rest } = await watch(id);
    const events = await rest();
    expect(events).toMatchObject([{ event: 'snapshot', data: { overall_status: 'completed' } }]);
    const again = await app.request(`/resources/${id}/progress/events`, {
      headers: { ...headers, 'Last-Event-ID': events[0]?.id ?? '' },
    });
    expect(again.status).toBe(204);
    expect(await again.text()).toBe('');
  });

  test('event stream: continues while a stage can still change, although another stage has failed', async () => {
    const id = await begun();
    const { next, rest } = await watch(id);
    await next();
    await report(id, {
      ingestion: state('completed'),
      quality: state('failed', { message: 'No' }),
      embedding: state('processing'),
    });
    expect(await next()).toMatchObject({ data: { overall_status: 'failed', error_message: 'No' } });
    await report(id, { embedding: state('failed', { message: 'Nor this' }) });
    expect(await rest()).toHaveLength(1);
  });

  test('event stream: a resumed stream sends an event only if there is a newer one', async () => {
    const id = await begun();
    const first = await watch(id);
    const { id: lastId } = (await first.next()) as { id: string };
    await first.leave();

    const silent = await watch(id, lastId);
    expect(await silent.next()).toMatchObject({ event: 'comment' });
    await report(id, { ingestion: state('processing') });
    expect(await silent.next()).toMatchObject({ event: 'progress', data: { stages: { ingestion: 'processing' } } });
    await silent.leave();

    const behind = await watch(id, lastId);
    expect(await behind.next()).toMatchObject({ event: 'comment' });
    const missed = await behind.next();
    expect(missed).toMatchObject({ event: 'progress', data: { stages: { ingestion: 'processing' } } });
    expect(Number(missed?.id)).toBeGreaterThan(Number(lastId));
    await behind.leave();
    expect(watching).toBe(0);
  });

  test.each(['abc', '-1', '1e3', '', '9'.repeat(40)])('event stream: a Last-Event-ID of %j is ignored', async (lastEventId) => {
    const { next, leave: go } = await watch(await begun(), lastEventId);
    expect(await next()).toMatchObject({ event: 'snapshot' });
    await go();
  });

  test('event stream: a slow reader gets the latest state instead of every change', async () => {
    const id = await begun();
    const { next, leave: go } = await watch(id);
    await next();
    for (let percent = 1; percent <= 50; percent += 1) await report(id, { ingestion: state('processing', { percent }) });
    expect((await next())?.data.detail.ingestion.percent).toBe(50);
    await go();
  });

  test('event stream: sends a comment every 15 s', async () => {
    const { next, leave: go } = await watch(await begun());
    await next();
    for (let beat = 0; beat < 3; beat += 1) {
      const event = next();
      vi.advanceTimersByTime(HEARTBEAT);
      expect(await event).toMatchObject({ event: 'comment' });
    }
    await go();
  });

  test('event stream: a heartbeat finds a change whose message was lost', async () => {
    const id = await begun();
    const { next, leave: go } = await watch(id);
    await next();
    await writeStages(app.database.db, id, { ingestion: state('processing') });
    app.clock.advance(HEARTBEAT);
    const event = next();
    vi.advanceTimersByTime(HEARTBEAT);
    expect(await event).toMatchObject({ event: 'progress', data: { stages: { ingestion: 'processing' } } });
    await go();
  });

  test('event stream: ends at a heartbeat when its resource was deleted', async () => {
    const id = await begun();
    const { next } = await watch(id);
    await next();
    await deleteResource(app.database.db, { id, ownerId: userOf(headers) });
    await app.services.progress.forget(id);
    const end = next();
    vi.advanceTimersByTime(HEARTBEAT);
    expect(await end).toMatchObject({ event: 'comment' });
    expect(await next()).toBeUndefined();
    expect(watching).toBe(0);
  });

  test('event stream: ends at a heartbeat when its login was revoked', async () => {
    const id = await begun();
    const { next } = await watch(id);
    await next();
    expect((await app.request('/auth/logout', { method: 'POST', headers })).ok).toBe(true);
    const end = next();
    vi.advanceTimersByTime(HEARTBEAT);
    expect(await end).toBeUndefined();
  });

  describe('credentials', () => {
    const userId = () => userOf(headers);
    const endKey = (id: string) => app.services.apiKeys.remove(userId(), id);
    const deactivate = () => app.database.db.update(users).set({ active: false });
    const endSession = () => app.database.db.update(sessions).set({ revokedAt: app.clock.now(), revokedReason: 'test' });

    async function newKey(expiresAt?: number) {
      const scopes = ['resources:read'] as const;
      const actor = { ...NO_CREDENTIALS, userId: userId(), scopes };
      const input = { name: 'a key', scopes, ...(expiresAt === undefined ? {} : { expiresAt }) };
      const { key, record } = await app.services.apiKeys.create({ credentialsEpoch: 0, ...actor }, input);
      return { id: record.id, headers: { 'X-API-Key': key } };
    }
    const ticketOf = async (as: Record<string, string>) => {
      const response = await app.request('/progress/tickets', { method: 'POST', headers: as });
      return ((await response.json()) as { ticket: string }).ticket;
    };

    const ENDS = ['key is deleted', 'key expires', 'user is deactivated', 'session is revoked in the database'] as const;
    async function end(why: (typeof ENDS)[number], keyId: string): Promise<unknown> {
      switch (why) {
        case 'key is deleted':
          return endKey(keyId);
        case 'key expires':
          return app.clock.advance(50_000);
        case 'user is deactivated':
          return deactivate();
        case 'session is revoked in the database':
          return endSession();
      }
    }
    const CASES = ENDS.flatMap((why) => {
      const kinds = why.startsWith('key')
        ? (['key'] as const)
        : why.startsWith('session')
          ? (['token'] as const)
          : (['key', 'token'] as const);
      return kinds.flatMap((kind) => [false, true].map((byTicket) => [kind, byTicket ? ' by a ticket' : '', why] as const));
    });

    test.each(CASES)('event stream: opened with a %s%s, ends at a heartbeat when the %s', async (kind, byTicket, why) => {
      const id = await begun();
      const key = await newKey(app.clock.now() + 50_000);
      const as = kind === 'key' ? key.headers : headers;
      const query = byTicket === '' ? '' : `?ticket=${await ticketOf(as)}`;
      const open = () => app.request(`/resources/${id}/progress/events${query}`, query === '' ? { headers: as } : {});
      const { next } = readEvents(await open());
      expect(await next()).toMatchObject({ event: 'snapshot' });
      const alive = next();
      vi.advanceTimersByTime(HEARTBEAT);
      expect(await alive).toMatchObject({ event: 'comment' });

      await end(why, key.id);
      const ended = next();
      vi.advanceTimersByTime(HEARTBEAT);
      expect(await ended).toBeUndefined();
      expect(watching).toBe(0);
      if (byTicket !== '') expect((await open()).status).toBe(401);
    });

    test('event stream: opened with the master key, goes on at heartbeats', async () => {
      await app.close();
      app = await createTestApp({ env: { MASTER_API_KEY: 'a-master-key-of-more-than-32-characters' } });
      const service = { 'X-API-Key': 'a-master-key-of-more-than-32-characters' };
      const { id: owner } = (await (await app.request('/auth/me', { headers: service })).json()) as { id: string };
      const states = newStages(app.clock.now());
      const id = await seedResource({ db: app.database.db, clock: app.clock }, owner, states);
      await app.services.progress.begin(id, states);
      for (const query of ['', `?ticket=${await ticketOf(service)}`]) {
        const { next, leave } = readEvents(
          await app.request(`/resources/${id}/progress/events${query}`, query === '' ? { headers: service } : {}),
        );
        expect(await next()).toMatchObject({ event: 'snapshot' });
        const alive = next();
        vi.advanceTimersByTime(HEARTBEAT);
        expect(await alive).toMatchObject({ event: 'comment' });
        await leave();
      }
    });
  });

  test('event stream: survives an outage of the database', async () => {
    const id = await begun();
    const { next, leave: go } = await watch(id);
    await next();
    vi.spyOn(app.services.progress, 'read').mockRejectedValueOnce(new Error('away'));
    vi.spyOn(app.services.revocations, 'isRevoked').mockRejectedValueOnce(new Error('away'));
    const event = next();
    vi.advanceTimersByTime(HEARTBEAT);
    expect(await event).toMatchObject({ event: 'comment' });
    await report(id, { ingestion: state('processing') });
    expect(await next()).toMatchObject({ event: 'progress' });
    await go();
  });

  test('event stream: ends when the server stops, and unsubscribes when the client disconnects', async () => {
    const id = await begun();
    const [staying, leaving] = [await watch(id), await watch(id)];
    await Promise.all([staying.next(), leaving.next()]);
    expect(watching).toBe(2);
    await leaving.leave();
    await vi.waitFor(() => expect(watching).toBe(1), { timeout: 60_000, interval: 20 });
    const end = staying.next();
    app.stopStreams();
    expect(await end).toBeUndefined();
    expect(watching).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('event stream: does not subscribe before its body is read', async () => {
    const id = await begun();
    const response = await app.request(`/resources/${id}/progress/events`, { method: 'HEAD', headers });
    expect(response.status).toBe(200);
    expect(watching).toBe(0);
  });
});

describe('GET /progress/events', () => {
  const watchAll = (ids: readonly string[], lastEventId?: string) =>
    connect(`/progress/events?ids=${ids.join(',')}`, lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId });

  test('shared stream: names the resource of each event, in rising ids, until the last resource is over', async () => {
    const [one, two] = [await begun(), await begun()];
    const { next, rest } = await watchAll([one, two, one]);
    const snapshots = [await next(), await next()];
    expect(snapshots.map((event) => event?.data.resource_id).toSorted()).toEqual([one, two].toSorted());
    await complete(one);
    const first = await next();
    expect(first).toMatchObject({ event: 'progress', data: { resource_id: one, overall_status: 'completed' } });
    await complete(two);
    const last = await rest();
    expect(last).toMatchObject([{ event: 'progress', data: { resource_id: two, overall_status: 'completed' } }]);
    const ids = [...snapshots, first, ...last].map((event) => Number(event?.id));
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    const again = { headers: { ...headers, 'Last-Event-ID': last[0]?.id ?? '' } };
    expect((await app.request(`/progress/events?ids=${one},${two}`, again)).status).toBe(204);
    expect(watching).toBe(0);
  });

  test('shared stream: starts with snapshots, whatever Last-Event-ID says', async () => {
    const [one, two] = [await begun(), await begun()];
    const { next, leave: go } = await watchAll([one, two], String(app.clock.now() + 1_000_000));
    const events = [await next(), await next()];
    expect(events.map((event) => event?.event)).toEqual(['snapshot', 'snapshot']);
    expect(Number(events[0]?.id)).toBeGreaterThan(app.clock.now() + 1_000_000);
    await go();
  });

  test('shared stream: ignores resources of other owners, and is 404 if none remains', async () => {
    const mine = await begun();
    const theirs = await begun(undefined, await app.login());
    const { next, leave: go } = await watchAll([theirs, mine, freshId()]);
    expect(await next()).toMatchObject({ data: { resource_id: mine } });
    await report(theirs, { ingestion: state('processing') });
    await report(mine, { ingestion: state('processing') });
    expect(await next()).toMatchObject({ data: { resource_id: mine } });
    await go();
    expect((await watchAll([theirs]).catch(() => undefined))?.response.status).toBe(404);
  });

  test.each([
    '',
    '?ids=',
    '?ids=,,',
    `?ids=${Array.from({ length: 101 }, (_, n) => n).join(',')}`,
  ])('shared stream: 422 for %j', async (query) => {
    const response = await app.request(`/progress/events${query}`, { headers });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ path: 'ids' }] });
  });

  test('shared stream: a failing database is 503, not 404', async () => {
    const id = await begun();
    vi.spyOn(app.services.progress, 'read').mockRejectedValue(new Error('away'));
    expect((await app.request(`/progress/events?ids=${id}`, { headers })).status).toBe(500);
  });
});

describe('stream tickets', () => {
  const ticketFor = async (as = headers) => {
    const response = await app.request('/progress/tickets', { method: 'POST', headers: as });
    expect(response.status).toBe(201);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    return (await response.json()) as { ticket: string; expires_in: number };
  };
  const open = (path: string, init: RequestInit = {}) => app.request(path, init);

  test("stream ticket: opens its owner's streams for a minute, also repeatedly", async () => {
    const id = await begun();
    const { ticket, expires_in } = await ticketFor();
    expect(expires_in).toBe(60);
    for (const path of [
      `/resources/${id}/progress/events?ticket=${ticket}`,
      `/progress/events?ids=${id}&ticket=${ticket}`,
      `/api/progress/events?ids=${id}&ticket=${ticket}`,
    ]) {
      const { next, leave: go } = readEvents(await open(path));
      expect(await next()).toMatchObject({ event: 'snapshot', data: { resource_id: id } });
      await go();
    }
    app.clock.advance(60_000);
    expect((await open(`/progress/events?ids=${id}&ticket=${ticket}`)).status).toBe(401);
  });

  test("stream ticket: opens no other path and no other user's stream", async () => {
    const id = await begun();
    const { ticket } = await ticketFor(await app.login());
    expect((await open(`/resources/${id}/progress/events?ticket=${ticket}`)).status).toBe(404);
    for (const path of [`/resources/${id}/progress`, '/auth/me', '/resources', `/resources/${id}/progress/events/more`]) {
      expect((await open(`${path}?ticket=${ticket}`)).status).toBe(401);
    }
    expect((await open(`/progress/tickets?ticket=${ticket}`, { method: 'POST' })).status).toBe(401);
  });

  test('stream ticket: 401 if unknown or its login has ended; credentials in a header win over it', async () => {
    const id = await begun();
    const { ticket } = await ticketFor();
    expect((await open(`/progress/events?ids=${id}&ticket=${'f'.repeat(64)}`)).status).toBe(401);
    expect(
      (await open(`/progress/events?ids=${id}&ticket=${ticket}`, { headers: { Authorization: 'Bearer wrong' } })).status,
    ).toBe(401);
    await app.request('/auth/logout', { method: 'POST', headers });
    expect((await open(`/progress/events?ids=${id}&ticket=${ticket}`)).status).toBe(401);
  });

  test('stream ticket: is not written to the log', async () => {
    const id = await begun();
    const { ticket } = await ticketFor();
    const { next, leave: go } = readEvents(await open(`/progress/events?ids=${id}&ticket=${ticket}`));
    await next();
    await go();
    expect(JSON.stringify(app.log.lines)).not.toContain(ticket);
  });
});

test("event stream: ends after the runtime's longest stream time and can be resumed", async () => {
  const short = await createTestApp({ runtime: { maxStreamMs: 50 }, overrides: { db: app.services.db, kv: app.services.kv } });
  const id = await begun();
  const follow = async (more: Record<string, string> = {}) => {
    const response = await short.request(`/resources/${id}/progress/events`, { headers: { ...headers, ...more } });
    return response.text();
  };
  const first = await follow();
  expect(first).toContain('event: snapshot');
  expect(first).not.toContain('event: progress');
  const last = /id: (\d+)/.exec(first)?.[1] ?? '';
  expect(await follow({ 'Last-Event-ID': last })).toMatch(/^: resumed\n\n$/);
  await short.close();
});
