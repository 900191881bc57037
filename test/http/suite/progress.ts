import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Cell } from '../../support/kits/deployment.ts';
import { readEvents, type StreamEvent } from '../../support/kits/events.ts';
import { noteSecrets } from '../../support/kits/secrets.ts';
import { heldPage } from './held-page.ts';
import { library } from './library.ts';
import { bearer, nobody, type Person, person } from './people.ts';
import { COMPLETED, watch } from './watch.ts';

const idsOf = (events: readonly StreamEvent[]) => events.filter(({ event }) => event !== 'comment').map(({ id }) => Number(id));
const rising = (ids: readonly number[]) => [...new Set(ids)].sort((a, b) => a - b);

export function progress(cell: () => Cell): void {
  async function open(path: string, headers: Record<string, string> = {}) {
    const gone = new AbortController();
    const response = await fetch(cell().url + path, { headers, signal: gone.signal });
    // Without a body there is nothing that could be read.
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
  /** What is read next of each, comments left out. */
  async function nextOf({ next }: { next: () => Promise<StreamEvent | undefined> }) {
    let event = await next();
    while (event?.event === 'comment') event = await next();
    return event;
  }

  test('of a document is all five stages, and how far they are', async () => {
    const { owner, ids } = await library(cell());
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

  describe('a stream of one document', () => {
    test('begins with a snapshot, and tells everybody who listens of the end, whoever goes away before', async () => {
      const ada = await person(cell());
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

    test('goes on from the event its listener has, and is 204 where that was the last', async () => {
      const ada = await person(cell());
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

    test('that nobody reads is a HEAD, without a body', async () => {
      const { owner, ids } = await library(cell());
      const { status, body } = await owner.call('HEAD', `/resources/${ids.loop}/progress/events`);
      expect([status, body]).toEqual([200, '']);
    });
  });

  describe('a stream of several documents', () => {
    test('tells them apart, in ids that rise over all, until the last of them is over', async () => {
      const ada = await person(cell());
      const theirs = (await library(cell())).ids.loop;
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

    test('is 404 where none is the caller’s, and 422 without any', async () => {
      const eve = await person(cell());
      const { ids } = await library(cell());
      expect((await eve.call('GET', `/progress/events?ids=${ids.loop},${randomUUID()}`)).status).toBe(404);
      expect((await eve.call('GET', '/progress/events?ids=')).status).toBe(422);
    });
  });

  test('a ticket opens the streams of who asked for it, and nothing else', async () => {
    const { owner, ids } = await library(cell());
    const eve = await person(cell());
    const ticketOf = async (client: Person) => {
      const { status, headers, body } = await client.call<{ ticket: string }>('POST', '/progress/tickets');
      expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
      noteSecrets(body.ticket);
      return body.ticket;
    };
    const stranger = nobody(cell());
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
