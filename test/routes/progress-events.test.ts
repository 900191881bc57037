import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { writeStages } from '../../src/kernel/db/resource-stages.ts';
import { deleteResource } from '../../src/kernel/db/resources.ts';
import { newStages, STAGES, type Stage, type StageState } from '../../src/kernel/model/stages.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { readEvents } from '../support/kits/events.ts';
import { freshId, seedResource, statesWith } from '../support/kits/jobs.ts';

const HEARTBEAT = 15_000;

let app: TestApp;
let headers: { Authorization: string };
/** Open subscriptions: what tells a stream that has ended from one that leaks. */
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

describe('a stream of one resource', () => {
  test('begins with a snapshot, tells every change with a growing id, and ends with the last one', async () => {
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
    // Late news after the end reaches nobody.
    await report(id, { graph: state('processing', { attempt: 9 }) });
    expect(await rest()).toEqual([]);
    expect(watching).toBe(0);
  });

  test('of what is over is its snapshot alone; who has that and asks again is told to stay away', async () => {
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

  test('goes on while something that can still change does, though something else has failed', async () => {
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

  test('resumes: silent where nothing is newer, with the whole where something is', async () => {
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

  test.each(['abc', '-1', '1e3', '', '9'.repeat(40)])('takes a Last-Event-ID of %j for none', async (lastEventId) => {
    const { next, leave: go } = await watch(await begun(), lastEventId);
    expect(await next()).toMatchObject({ event: 'snapshot' });
    await go();
  });

  test('gives a slow reader the latest instead of all that happened', async () => {
    const id = await begun();
    const { next, leave: go } = await watch(id);
    await next();
    for (let percent = 1; percent <= 50; percent += 1) await report(id, { ingestion: state('processing', { percent }) });
    expect((await next())?.data.detail.ingestion.percent).toBe(50);
    await go();
  });

  test('shows a sign of life every fifteen seconds', async () => {
    const { next, leave: go } = await watch(await begun());
    await next();
    for (let beat = 0; beat < 3; beat += 1) {
      const event = next();
      vi.advanceTimersByTime(HEARTBEAT);
      expect(await event).toMatchObject({ event: 'comment' });
    }
    await go();
  });

  test('finds out at a heartbeat what no message told', async () => {
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

  test('ends at a heartbeat when its resource is gone', async () => {
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

  test('ends at a heartbeat when the login behind it is', async () => {
    const id = await begun();
    const { next } = await watch(id);
    await next();
    expect((await app.request('/auth/logout', { method: 'POST', headers })).ok).toBe(true);
    const end = next();
    vi.advanceTimersByTime(HEARTBEAT);
    expect(await end).toBeUndefined();
  });

  test('lives through a database that is away', async () => {
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

  test('ends when the server stops, and leaves nothing behind when the client does', async () => {
    const id = await begun();
    const [staying, leaving] = [await watch(id), await watch(id)];
    await Promise.all([staying.next(), leaving.next()]);
    expect(watching).toBe(2);
    await leaving.leave();
    await vi.waitFor(() => expect(watching).toBe(1));
    const end = staying.next();
    app.stopStreams();
    expect(await end).toBeUndefined();
    expect(watching).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that nobody reads watches nothing', async () => {
    const id = await begun();
    const response = await app.request(`/resources/${id}/progress/events`, { method: 'HEAD', headers });
    expect(response.status).toBe(200);
    expect(watching).toBe(0);
  });
});

describe('a stream of several resources', () => {
  const watchAll = (ids: readonly string[], lastEventId?: string) =>
    connect(`/progress/events?ids=${ids.join(',')}`, lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId });

  test('tells each apart, in ids that grow over all, until the last of them is over', async () => {
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

  test('begins with the whole for everybody, whatever they had', async () => {
    const [one, two] = [await begun(), await begun()];
    const { next, leave: go } = await watchAll([one, two], String(app.clock.now() + 1_000_000));
    const events = [await next(), await next()];
    expect(events.map((event) => event?.event)).toEqual(['snapshot', 'snapshot']);
    expect(Number(events[0]?.id)).toBeGreaterThan(app.clock.now() + 1_000_000);
    await go();
  });

  test("leaves out what is not the caller's, and is 404 where nothing is left", async () => {
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
  ])('is 422 for %j', async (query) => {
    const response = await app.request(`/progress/events${query}`, { headers });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ path: 'ids' }] });
  });

  test('does not hide a failing database behind a 404', async () => {
    const id = await begun();
    vi.spyOn(app.services.progress, 'read').mockRejectedValue(new Error('away'));
    expect((await app.request(`/progress/events?ids=${id}`, { headers })).status).toBe(500);
  });
});

describe('a ticket', () => {
  const ticketFor = async (as = headers) => {
    const response = await app.request('/progress/tickets', { method: 'POST', headers: as });
    expect(response.status).toBe(201);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    return (await response.json()) as { ticket: string; expires_in: number };
  };
  const open = (path: string, init: RequestInit = {}) => app.request(path, init);

  test('opens the streams of who asked for it, again within its minute and not after', async () => {
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

  test("opens nothing else, and nobody else's", async () => {
    const id = await begun();
    const { ticket } = await ticketFor(await app.login());
    expect((await open(`/resources/${id}/progress/events?ticket=${ticket}`)).status).toBe(404);
    for (const path of [`/resources/${id}/progress`, '/auth/me', '/resources', `/resources/${id}/progress/events/more`]) {
      expect((await open(`${path}?ticket=${ticket}`)).status).toBe(401);
    }
    expect((await open(`/progress/tickets?ticket=${ticket}`, { method: 'POST' })).status).toBe(401);
  });

  test('that is made up, or whose login has ended, is 401; credentials win over it', async () => {
    const id = await begun();
    const { ticket } = await ticketFor();
    expect((await open(`/progress/events?ids=${id}&ticket=${'f'.repeat(64)}`)).status).toBe(401);
    expect(
      (await open(`/progress/events?ids=${id}&ticket=${ticket}`, { headers: { Authorization: 'Bearer wrong' } })).status,
    ).toBe(401);
    await app.request('/auth/logout', { method: 'POST', headers });
    expect((await open(`/progress/events?ids=${id}&ticket=${ticket}`)).status).toBe(401);
  });

  test('is written in no log', async () => {
    const id = await begun();
    const { ticket } = await ticketFor();
    const { next, leave: go } = readEvents(await open(`/progress/events?ids=${id}&ticket=${ticket}`));
    await next();
    await go();
    expect(JSON.stringify(app.log.lines)).not.toContain(ticket);
  });
});

test('on a runtime whose requests may not last, a stream ends before anything is over, and is resumed', async () => {
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
