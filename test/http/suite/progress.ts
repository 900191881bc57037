import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../support/kits/deployment.ts';
import { readEvents, type StreamEvent } from '../../support/kits/events.ts';
import { noteSecrets } from '../../support/kits/secrets.ts';
import { heldPage } from './held-page.ts';
import { library } from './library.ts';
import { anonymous, bearer, type Person, person } from './people.ts';
import { COMPLETED, watch } from './watch.ts';

const idsOf = (events: readonly StreamEvent[]) => events.filter(({ event }) => event !== 'comment').map(({ id }) => Number(id));
const rising = (ids: readonly number[]) => [...new Set(ids)].sort((a, b) => a - b);

export function progress(deployment: () => Deployment): void {
  async function open(path: string, headers: Record<string, string> = {}) {
    const gone = new AbortController();
    const response = await fetch(deployment().url + path, { headers, signal: gone.signal });
    // A response to HEAD has no body.
    const events = response.body ? readEvents(response) : readEvents(new Response(''));
    return { response, ...events, hangUp: () => gone.abort() };
  }
  const listen = (ada: Person, id: string, headers: Record<string, string> = {}) =>
    open(`/resources/${id}/progress/events`, { ...bearer(ada.access_token), ...headers });

  /** A document that stays in its first stage until `release`. */
  async function held(ada: Person) {
    const { url, asked, release } = await heldPage();
    const id = await ada.post({ url });
    await asked;
    return { id, release };
  }
  /** The next event that is not a comment. */
  async function nextOf({ next }: { next: () => Promise<StreamEvent | undefined> }) {
    let event = await next();
    while (event?.event === 'comment') event = await next();
    return event;
  }

  test('GET progress: shows all five stages and their percentages', async () => {
    const { owner, ids } = await library(deployment());
    const { status, headers, body } = await owner.call('GET', `/resources/${ids.glacier}/progress`);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    const stage = { started_at: expect.any(String), finished_at: expect.any(String), percent: 100, attempt: 1, message: null };
    expect(body).toEqual({
      resource_id: ids.glacier,
      overall_status: 'completed',
      percent: 100,
      stages: COMPLETED,
      detail: { ingestion: stage, quality: stage, taxonomy: stage, graph: stage, embedding: stage },
      error_message: null,
      updated_at: expect.any(String),
      eta_seconds: 0,
    });
  });

  describe('GET /resources/{id}/progress/events', () => {
    test('event stream: starts with a snapshot; every subscriber gets the end, also after another disconnects', async () => {
      const ada = await person(deployment());
      const { id, release } = await held(ada);
      const [leaver, ...stayers] = await Promise.all(Array.from({ length: 6 }, () => listen(ada, id)));
      expect(stayers[0]?.response.headers.get('content-type')).toBe('text/event-stream');
      expect(stayers[0]?.response.headers.get('cache-control')).toContain('no-transform');
      const first = await Promise.all(stayers.map(nextOf));
      for (const event of first)
        expect(event).toMatchObject({ event: 'snapshot', data: { resource_id: id, stages: { quality: 'pending' } } });
      await leaver?.next();
      leaver?.hangUp();
      release();
      for (const [index, { rest }] of stayers.entries()) {
        const events = [first[index] as StreamEvent, ...(await rest())].filter(({ event }) => event !== 'comment');
        expect(events.at(-1)).toMatchObject({ event: 'progress', data: { overall_status: 'completed', stages: COMPLETED } });
        expect(idsOf(events)).toEqual(rising(idsOf(events)));
        const over = events.filter(({ data }) => data.overall_status === 'completed');
        expect(over).toHaveLength(1);
      }
      const late = await listen(ada, id);
      expect(await late.rest()).toMatchObject([{ event: 'snapshot', data: { overall_status: 'completed' } }]);
    });

    test('event stream: resumes after Last-Event-ID, and is 204 after the last event', async () => {
      const ada = await person(deployment());
      const { id, release } = await held(ada);
      const first = await listen(ada, id);
      const { id: seen = '' } = (await nextOf(first)) ?? {};
      first.hangUp();
      const second = await listen(ada, id, { 'Last-Event-ID': seen });
      expect(await second.next()).toMatchObject({ event: 'comment' });
      release();
      const events = await second.rest();
      expect(Math.min(...idsOf(events))).toBeGreaterThan(Number(seen));
      const last = idsOf(events).at(-1);
      const third = await listen(ada, id, { 'Last-Event-ID': String(last) });
      expect([third.response.status, await third.rest()]).toEqual([204, []]);
    });

    test('event stream: HEAD responds without a body', async () => {
      const { owner, ids } = await library(deployment());
      const { status, body } = await owner.call('HEAD', `/resources/${ids.loop}/progress/events`);
      expect([status, body]).toEqual([200, '']);
    });
  });

  describe('GET /progress/events', () => {
    test('shared stream: names the resource of each event, in rising ids, until the last resource is over', async () => {
      const ada = await person(deployment());
      const theirs = (await library(deployment())).ids.loop;
      const [one, two] = [await held(ada), await held(ada)];
      const stream = await open(`/progress/events?ids=${one.id},${theirs},${two.id}`, bearer(ada.access_token));
      const snapshots = [await nextOf(stream), await nextOf(stream)] as StreamEvent[];
      expect(snapshots.map(({ event }) => event)).toEqual(['snapshot', 'snapshot']);
      one.release();
      await watch(ada, one.id);
      two.release();
      const events = [...snapshots, ...(await stream.rest())].filter(({ event }) => event !== 'comment');
      expect(idsOf(events)).toEqual(rising(idsOf(events)));
      const over = events.filter(({ data }) => data.overall_status === 'completed').map(({ data }) => data.resource_id);
      expect(over).toEqual([one.id, two.id]);
      const again = await open(`/progress/events?ids=${one.id},${two.id}`, {
        ...bearer(ada.access_token),
        'Last-Event-ID': events.at(-1)?.id ?? '',
      });
      expect([again.response.status, await again.rest()]).toEqual([204, []]);
    });

    test("shared stream: 404 if no resource is the caller's, 422 without ids", async () => {
      const eve = await person(deployment());
      const { ids } = await library(deployment());
      expect((await eve.call('GET', `/progress/events?ids=${ids.loop},${randomUUID()}`)).status).toBe(404);
      expect((await eve.call('GET', '/progress/events?ids=')).status).toBe(422);
    });
  });

  test("stream ticket: opens its owner's streams and nothing else", async () => {
    const { owner, ids } = await library(deployment());
    const eve = await person(deployment());
    const ticketOf = async (client: Person) => {
      const { status, headers, body } = await client.call<{ ticket: string }>('POST', '/progress/tickets');
      expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
      noteSecrets(body.ticket);
      return body.ticket;
    };
    const stranger = anonymous(deployment());
    const status = async (path: string) => (await stranger.call('GET', path)).status;
    const [mine, hers] = [await ticketOf(owner), await ticketOf(eve)];
    for (const path of [`/resources/${ids.loop}/progress/events?`, `/progress/events?ids=${ids.loop}&`]) {
      expect(await status(`${path}ticket=${mine}`)).toBe(200);
      expect(await status(`${path}ticket=${hers}`)).toBe(404);
      expect(await status(`${path}ticket=${'f'.repeat(64)}`)).toBe(401);
    }
    for (const path of [`/resources/${ids.loop}/progress`, '/auth/me', '/resources'])
      expect(await status(`${path}?ticket=${mine}`)).toBe(401);
    await eve.call('POST', '/auth/logout');
    expect(await status(`/progress/events?ids=${ids.loop}&ticket=${hers}`)).toBe(401);
  });
}
