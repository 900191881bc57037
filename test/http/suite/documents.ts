import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { article } from '../../support/fakes/article-server.ts';
import type { Deployment } from '../../support/kits/deployment.ts';
import { heldPage } from './held-page.ts';
import { library } from './library.ts';
import { ADMIN, anonymous, type Person, person } from './people.ts';
import { COMPLETED, watch } from './watch.ts';

interface Resource {
  readonly id: string;
  readonly title?: string;
  readonly [field: string]: unknown;
}
interface Page {
  readonly resources: readonly Resource[];
  readonly next_cursor?: string;
}
interface Problem {
  readonly detail: string;
  readonly errors?: readonly { path: string }[];
}

const text = (more: object = {}) => ({
  content: `Glaciers are slow rivers of ice, made of snow that has lain for many winters. ${randomUUID()}`,
  ...more,
});

export function documents(deployment: () => Deployment): void {
  test('POST /resources: an article sent by URL passes five stages and is found by a question without a common word', async () => {
    const ada = await person(deployment());
    const id = await ada.post({ url: `${deployment().site.url}/account-access.html` });
    const events = await watch(ada, id);
    expect(events.at(-1)?.data).toMatchObject({ resource_id: id, overall_status: 'completed', stages: COMPLETED });
    const { status, body } = await ada.search('How do I reset my password?');
    expect(status).toBe(200);
    expect(body.hits[0]).toMatchObject({ resource_id: id, semantic_rank: 1 });
    expect(body.degraded ?? false).toBe(false);
  });

  test('GET /resources/{id}: has every known field and no nulls', async () => {
    const { owner, ids } = await library(deployment());
    const { body } = await owner.call<Resource>('GET', `/resources/${ids.glacier}`);
    expect(body).toMatchObject({
      id: ids.glacier,
      status: 'completed',
      title: expect.stringContaining('ice of the high valleys'),
      category: 'science.earth',
      language: 'en',
      authors: ['Ines Moreau'],
      tags: ['glacier'],
      quality_score: expect.any(Number),
      content_hash: expect.stringMatching(/^[\da-f]{64}$/),
    });
    expect(JSON.stringify(body)).not.toContain('null');
    const whole = await owner.call<Resource>('GET', `/resources/${ids.loop}?include=text`);
    expect(whole.body.text).toBe((await article('event-loop.txt')).trim());
  });

  test('POST /resources: text is 202 with its address; a duplicate is 200 with the id of the first', async () => {
    const ada = await person(deployment());
    const resource = text({ title: 'Ice', tags: ['x'], metadata: { deep: { a: [1] } } });
    const first = await ada.call<Resource>('POST', '/resources', resource);
    const at = `${deployment().url}/resources/${first.body.id}`;
    expect([first.status, first.headers.get('location')]).toEqual([202, at]);
    expect(first.body).toEqual({
      id: first.body.id,
      status: 'pending',
      progress_url: `${at}/progress`,
      events_url: `${at}/progress/events`,
    });
    const again = await ada.call<Resource>('POST', '/resources', resource);
    expect([again.status, again.body.id]).toEqual([200, first.body.id]);
    const { body } = await ada.call('GET', `/resources/${first.body.id}`);
    expect(body).toMatchObject({ title: 'Ice', tags: ['x'], metadata: { deep: { a: [1] } } });
  });

  test('POST /resources: concurrent posts of one document create one resource', async () => {
    const ada = await person(deployment());
    const resource = text();
    const responses = await Promise.all(Array.from({ length: 6 }, () => ada.call<Resource>('POST', '/resources', resource)));
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 202]);
    expect(new Set(responses.map(({ body }) => body.id)).size).toBe(1);
  });

  test('POST /resources: an Idempotency-Key repeats the response and refuses another request', async () => {
    const ada = await person(deployment());
    const headers = { 'Idempotency-Key': 'one' };
    const resource = text();
    const first = await ada.call('POST', '/resources', resource, headers);
    const again = await ada.call('POST', '/resources', resource, headers);
    expect([again.status, again.body]).toEqual([202, first.body]);
    const other = await ada.call<Problem>('POST', '/resources', text(), headers);
    expect([other.status, other.body.errors?.[0]?.path]).toEqual([422, 'Idempotency-Key']);
  });

  test('upload: a form with a file is accepted at /resources/upload and at /resources', async () => {
    const ada = await person(deployment());
    const form = (name: string, content: string) => {
      const data = new FormData();
      data.set('file', new File([content], name));
      data.set('tags', 'bread, sour');
      return data;
    };
    const uploaded = await ada.call<Resource>('POST', '/resources/upload', form('bread.md', await article('sourdough.md')));
    expect(uploaded.status).toBe(202);
    const other = await ada.call<Resource>('POST', '/resources', form('notes.txt', text().content));
    expect(other.status).toBe(202);
    expect((await watch(ada, uploaded.body.id)).at(-1)?.data.stages).toEqual(COMPLETED);
    const { body } = await ada.call('GET', `/resources/${uploaded.body.id}`);
    expect(body).toMatchObject({ content_type: expect.stringContaining('text/markdown'), tags: ['bread', 'sour'] });
    // Path of earlier clients.
    const old = await ada.call('GET', `/api/resources/${uploaded.body.id}/status`);
    expect(old.body).toMatchObject({ id: uploaded.body.id, ingestion_status: 'completed' });
    const picture = new FormData();
    picture.set('file', new File([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0)], 'a.png', { type: 'image/png' }));
    expect((await ada.call('POST', '/resources/upload', picture)).status).toBe(415);
  });

  test('POST /resources/batch: each item gets the status it would have had alone', async () => {
    const ada = await person(deployment());
    const one = text();
    const { status, body } = await ada.call<{ resources: { http_status: number; id?: string }[] }>('POST', '/resources/batch', {
      resources: [one, one, { content: '' }, 5, text({ titel: 1 }), { url: `${deployment().site.url}/sourdough.md` }],
    });
    expect(status).toBe(200);
    expect(body.resources.map(({ http_status }) => http_status)).toEqual([202, 200, 422, 422, 422, 202]);
    expect(body.resources[1]?.id).toBe(body.resources[0]?.id);
  });

  test('GET /resources: pages newest first, and filters', async () => {
    const { owner, ids } = await library(deployment());
    const listed: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const { body }: { body: Page } = await owner.call<Page>('GET', `/resources?limit=2${cursor && `&cursor=${cursor}`}`);
      listed.push(...body.resources.map(({ id }) => id));
      cursor = body.next_cursor;
    }
    expect(listed[0]).toBe(ids.notes);
    expect([...listed].sort()).toEqual(Object.values(ids).sort());
    const found = async (query: string) =>
      (await owner.call<Page>('GET', `/resources?${query}`)).body.resources.map(({ id }) => id);
    expect(await found('tag=own')).toEqual([ids.notes]);
    expect(await found('q=reading%20NOTES')).toEqual([ids.notes]);
    expect(await found('category=science.earth&tag=glacier')).toEqual([ids.glacier]);
    expect(await found('status=completed&language=en&min_quality=0.01')).toHaveLength(5);
    expect(await found('status=failed')).toEqual([]);
    const wrong = await owner.call<Problem>('GET', '/resources?limit=0');
    expect([wrong.status, wrong.body.errors?.[0]?.path]).toEqual([422, 'limit']);
  });

  test('PATCH /resources/{id}: changes survive processing, also when made during it, and are listed as edited', async () => {
    const ada = await person(deployment());
    const page = await heldPage();
    const id = await ada.post({ url: page.url });
    await page.asked;
    const corrections = { title: ' New ', tags: ['a'], category: 'food' };
    const kept = { title: 'New', tags: ['a'], category: 'food', edited: ['title', 'tags', 'category'] };
    const { status, body } = await ada.call('PATCH', `/resources/${id}`, corrections);
    expect([status, body]).toMatchObject([200, kept]);
    page.release();
    await watch(ada, id);
    expect((await ada.call('GET', `/resources/${id}`)).body).toMatchObject({ ...kept, status: 'completed' });
    const wrong = await ada.call<Problem>('PATCH', `/resources/${id}`, { category: 'nowhere' });
    expect([wrong.status, wrong.body.errors?.[0]?.path]).toEqual([422, 'category']);
  });

  test('POST /resources/{id}/reprocess: 409 during processing; afterwards it takes all stages or single ones', async () => {
    const ada = await person(deployment());
    const page = await heldPage();
    const id = await ada.post({ url: page.url });
    await page.asked;
    const again = (body?: object) => ada.call('POST', `/resources/${id}/reprocess`, body);
    expect((await again()).status).toBe(409);
    page.release();
    await watch(ada, id);
    const { body: me } = await ada.call<{ id: string }>('GET', '/auth/me');
    const running = `/admin/jobs?state=running&owner_id=${me.id}`;
    for (const body of [{ stages: ['graph'] }, undefined]) {
      // The job ends just after its last event: until then reprocessing is 409.
      await expect
        .poll(async () => (await anonymous(deployment()).call('GET', running, undefined, ADMIN)).body)
        .toEqual({
          jobs: [],
        });
      expect((await again(body)).status).toBe(202);
      expect((await watch(ada, id)).at(-1)?.data).toMatchObject({ overall_status: 'completed', stages: COMPLETED });
    }
    expect((await again({ stages: ['all'] })).status).toBe(422);
  });

  test('DELETE /resources/{id}: removes the resource, also from the search', async () => {
    const ada = await person(deployment());
    const id = await ada.post(text());
    await watch(ada, id);
    expect((await ada.search('rivers of ice')).body.hits).toHaveLength(1);
    expect((await ada.call('DELETE', `/resources/${id}`)).status).toBe(204);
    expect((await ada.call('DELETE', `/resources/${id}`)).status).toBe(404);
    expect((await ada.call('GET', `/resources/${id}/progress`)).status).toBe(404);
    expect((await ada.search('rivers of ice')).body.hits).toEqual([]);
  });

  test("resources: another owner's resource and an unknown id are 404 for every operation", async () => {
    const { owner, ids } = await library(deployment());
    const eve = await person(deployment());
    for (const id of [ids.glacier, randomUUID(), 'nonsense', '%00']) {
      for (const [method, suffix, body] of [
        ['GET', ''],
        ['DELETE', ''],
        ['PATCH', '', { title: 'mine' }],
        ['POST', '/reprocess'],
        ['POST', '/cancel'],
        ['GET', '/progress'],
        ['GET', '/status'],
        ['GET', '/progress/events'],
        ['GET', '/similar'],
        ['GET', '/graph'],
      ] as const) {
        const { status } = await eve.call(method, `/resources/${id}${suffix}`, body);
        expect(`${method} ${id}${suffix}: ${status}`).toBe(`${method} ${id}${suffix}: 404`);
      }
    }
    expect((await eve.call<Page>('GET', '/resources')).body.resources).toEqual([]);
    expect((await owner.call('GET', `/resources/${ids.glacier}`)).status).toBe(200);
  });

  describe('failed ingestion', () => {
    const failureOf = async (ada: Person, resource: Record<string, unknown>) =>
      (await watch(ada, await ada.post(resource))).at(-1)?.data;

    test.each([
      ['a page that does not exist', () => ({ url: `${deployment().site.url}/gone` }), /404|not there|not found/i],
      [
        "a redirect to the cloud's metadata address",
        () => ({ url: `${deployment().site.url}/inward` }),
        /not public|private|address/i,
      ],
      ['the metadata address itself', () => ({ url: 'http://169.254.169.254/latest/meta-data/' }), /not public|private|address/i],
      ['markup without text', () => ({ content: '<!doctype html><p>', content_type: 'text/html' }), /holds no text/],
    ])('ingestion: %s fails with a clear message', async (_, resource, reason) => {
      expect(await failureOf(await person(deployment()), resource())).toMatchObject({
        overall_status: 'failed',
        stages: { ingestion: 'failed' },
        error_message: expect.stringMatching(reason),
      });
    });

    test('POST /resources: an invalid field is 422 and named', async () => {
      const ada = await person(deployment());
      for (const [body, path] of [
        [{ content: '' }, 'content'],
        [text({ title: 't'.repeat(10_000) }), 'title'],
        [{ content: `nul\u0000byte ${'x'.repeat(100)}` }, 'content'],
        [text({ content_type: 'markdown' }), 'content_type'],
        [{ title: 'nothing' }, 'content'],
        [{ url: 'file:///etc/passwd' }, 'url'],
        [{ url: 'https://a:b@example.org/' }, 'url'],
        [text({ titel: 'x' }), 'titel'],
      ] as const) {
        const result = await ada.call<Problem>('POST', '/resources', body);
        expect([result.status, result.body.errors?.[0]?.path]).toEqual([422, path]);
      }
    });
  });
}
