import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { replaceChunks } from '../../src/kernel/db/chunks.ts';
import { putSource } from '../../src/kernel/db/resource-sources.ts';
import { updateResource } from '../../src/kernel/db/resources.ts';
import { resources } from '../../src/kernel/db/schema.sqlite.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { createReadBackRoutes } from '../../src/routes/resources/read-back.ts';
import { createRouter } from '../../src/routes/router.ts';
import { createUploadKit, type UploadKit, WORKER_URL } from '../support/kits/uploads.ts';

let kit: UploadKit;
let ada: { Authorization: string };
let bob: { Authorization: string };
beforeAll(async () => {
  kit = await createUploadKit();
  ada = await kit.api.login('ada');
  bob = await kit.api.login('bob');
});
afterAll(async () => {
  await kit.jobs.drain(10_000);
  await kit.api.close();
});

const PAGE = '<!doctype html><script>alert(1)</script><p>Ice flows.';

async function upload(name: string, type: string, content: BlobPart, headers = ada): Promise<string> {
  const form = new FormData();
  form.set('file', new File([content], name, { type }));
  const response = await kit.api.request('/resources/upload', { method: 'POST', headers, body: form });
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
}
const get = (path: string, headers: Record<string, string> = ada) => kit.api.request(path, { headers });
async function ownerOf(id: string): Promise<string> {
  const [row] = await kit.db.select({ ownerId: resources.ownerId }).from(resources).where(eq(resources.id, id));
  if (!row) throw new Error('no such resource');
  return row.ownerId;
}

describe('GET /resources/{id}/content', () => {
  test('content: the bytes come back with type, name and the headers that keep a browser from running them', async () => {
    const id = await upload('Größe.html', 'text/html', PAGE);
    const response = await get(`/resources/${id}/content`);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html',
      'content-disposition': expect.stringContaining("filename*=UTF-8''Gr%C3%B6%C3%9Fe.html"),
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
    });
    expect(await response.text()).toBe(PAGE);
    const etag = response.headers.get('etag') ?? '';
    const { content_hash, filename } = (await (await get(`/resources/${id}`)).json()) as Record<string, string>;
    expect([etag, filename]).toEqual([`"${content_hash}"`, 'Größe.html']);
    expect((await get(`/resources/${id}/content`, { ...ada, 'If-None-Match': etag })).status).toBe(304);
    const part = await get(`/resources/${id}/content`, { ...ada, Range: 'bytes=2-8' });
    expect([part.status, await part.text()]).toEqual([206, PAGE.slice(2, 9)]);
    const head = await kit.api.request(`/resources/${id}/content`, { method: 'HEAD', headers: ada });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(PAGE.length)]);
  });

  test('content: a name cannot turn the direction of text, by which a program looks like a picture', async () => {
    const id = await upload('cat\u202egpj.exe', 'text/plain', 'the words of a cat');
    const { headers } = await get(`/resources/${id}/content`);
    expect(headers.get('content-disposition')).toBe('attachment; filename="cat_gpj.exe"');
  });

  test('content: bytes of any kind come back as they were, larger than one slice too', async () => {
    const bytes = Uint8Array.from({ length: 9 * 1024 * 1024 }, (_, i) => 32 + (i % 90));
    const id = await upload('large.txt', 'text/plain', bytes);
    expect(Buffer.compare(Buffer.from(await (await get(`/resources/${id}/content`)).arrayBuffer()), Buffer.from(bytes))).toBe(0);
  });

  test('content: another owner, an unknown id and a URL that was not fetched are 404', async () => {
    const id = await upload('a.txt', 'text/plain', 'of Ada alone');
    expect((await get(`/resources/${id}/content`, bob)).status).toBe(404);
    expect((await get('/resources/unknown/content')).status).toBe(404);
    const init = {
      method: 'POST',
      headers: { ...ada, 'Content-Type': 'application/json' },
      body: '{"url":"http://127.0.0.1:9/a.html"}',
    };
    const { id: unfetched } = (await (await kit.api.request('/resources', init)).json()) as { id: string };
    expect((await get(`/resources/${unfetched}/content`)).status).toBe(404);
    const ownerId = await ownerOf(unfetched);
    await putSource(kit.db, {
      ...{ resourceId: unfetched, contentType: 'text/html', filename: null, fetchedUrl: 'http://127.0.0.1:9/a.html' },
      ...{ body: Buffer.from('<p>x'), createdAt: 1 },
    });
    await updateResource(kit.db, { id: unfetched, ownerId }, { contentHash: 'b'.repeat(64) });
    const fetched = await get(`/resources/${unfetched}/content`);
    expect(fetched.headers.get('content-disposition')).toBe('attachment; filename="a.html"');
  });
});

describe('GET /contents at the worker', () => {
  const actorOf = (userId: string): Actor => ({
    ...{ kind: 'user', userId, username: 'ada', tier: 'free', scopes: ['resources:read'] },
    ...{ sessionId: null, tokenId: null, keyId: null },
  });
  const issue = (id: string, userId: string) => kit.api.services.presignedContents.issue(actorOf(userId), id);

  test('signed content: where memory is scarce, a larger content is a redirect to the worker, and a smaller one is sent', async () => {
    const id = await upload('d.txt', 'text/plain', 'twelve bytes');
    const actor = actorOf(await ownerOf(id));
    const appOf = (maxContentBytes: number) =>
      createRouter()
        .use(async (c, next) => {
          c.set('actor', actor);
          await next();
        })
        .route('/', createReadBackRoutes(kit.api.services, { maxContentBytes }));
    const redirect = await appOf(11).request(`/resources/${id}/content`);
    const location = redirect.headers.get('location') ?? '';
    expect([redirect.status, location]).toEqual([307, expect.stringContaining(`${WORKER_URL}/contents?ticket=`)]);
    expect(await (await kit.worker.request(location)).text()).toBe('twelve bytes');
    expect((await appOf(12).request(`/resources/${id}/content`)).status).toBe(200);
  });

  test('signed content: the address gives the content with the same headers, for a minute and for this resource alone', async () => {
    const id = await upload('b.html', 'text/html', `${PAGE} Again.`);
    const { url } = await issue(id, await ownerOf(id));
    const response = await kit.worker.request(url);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-disposition': 'attachment; filename="b.html"',
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
    });
    expect(await response.text()).toBe(`${PAGE} Again.`);
    kit.api.clock.advance(61_000);
    const late = await kit.worker.request(url);
    expect([late.status, ((await late.json()) as { detail: string }).detail]).toEqual([401, expect.stringContaining('expired')]);
  });

  test('signed content: an address of a user who does not own the resource is 404, and an upload address is 401', async () => {
    const id = await upload('c.txt', 'text/plain', 'of Ada only');
    const other = await upload('c.txt', 'text/plain', 'of Bob', bob);
    expect((await kit.worker.request((await issue(id, await ownerOf(other))).url)).status).toBe(404);
    const ticket = new URL(await kit.uploadUrl(ada)).search;
    expect((await kit.worker.request(`/contents${ticket}`)).status).toBe(401);
    expect((await kit.worker.request('/contents')).status).toBe(401);
  });
});

describe('what was read', () => {
  async function read(name: string, fields: Parameters<typeof updateResource>[2]): Promise<string> {
    const id = await upload(name, 'text/plain', `the content of ${name}`);
    await updateResource(kit.db, { id, ownerId: await ownerOf(id) }, fields);
    return id;
  }

  test('text: Markdown and plain text come back with their types', async () => {
    const markdown = await read('m.txt', { text: '# Eis\n\nfließt', textFormat: 'markdown', wordCount: 2 });
    const response = await get(`/resources/${markdown}/text`);
    expect([response.headers.get('content-type'), await response.text()]).toEqual([
      'text/markdown; charset=utf-8',
      '# Eis\n\nfließt',
    ]);
    expect(response.headers.get('content-security-policy')).toBe('sandbox');
    const plain = await read('p.txt', { text: 'Ice', textFormat: null, wordCount: 1 });
    expect((await get(`/resources/${plain}/text`)).headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await (await get(`/resources/${plain}`)).json()).toMatchObject({ text_format: 'plain' });
    expect((await get(`/resources/${plain}/text`, bob)).status).toBe(404);
    expect((await get(`/resources/${await upload('n.txt', 'text/plain', 'not read')}/text`)).status).toBe(404);
  });

  test('chunks: pages hold each chunk once, in order, with offsets and pages', async () => {
    const text = 'Ice flows. '.repeat(5);
    const id = await read('k.txt', { text, textFormat: 'markdown', wordCount: 10 });
    const ownerId = await ownerOf(id);
    await replaceChunks(
      kit.db,
      id,
      Array.from({ length: 5 }, (_, position) => ({
        ...{ id: `${id}-${position}`, resourceId: id, ownerId, position, text: 'Ice flows.', context: '', headingPath: ['Ice'] },
        ...{
          charStart: position * 11,
          charEnd: position * 11 + 10,
          pageStart: position + 1,
          pageEnd: position + 1,
          wordCount: 2,
        },
      })),
    );
    const found: { position: number; char_start: number; page_start: number; heading_path: string[] }[] = [];
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({ limit: '2', ...(cursor ? { cursor } : {}) });
      const page = (await (await get(`/resources/${id}/chunks?${query}`)).json()) as {
        chunks: typeof found;
        next_cursor?: string;
      };
      found.push(...page.chunks);
      cursor = page.next_cursor;
    } while (cursor);
    expect(found.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4]);
    expect(found[4]).toMatchObject({ char_start: 44, page_start: 5, heading_path: ['Ice'] });
    expect((await get(`/resources/${id}/chunks`, bob)).status).toBe(404);
    expect((await get(`/resources/${id}/chunks?cursor=x`)).status).toBe(422);
  });

  test('jobs: a resource has its runs, without their payload, and none for another owner', async () => {
    const id = await upload('j.txt', 'text/plain', 'with a job');
    const { jobs } = (await (await get(`/resources/${id}/jobs`)).json()) as { jobs: Record<string, unknown>[] };
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({ kind: 'resource.process', stages: expect.arrayContaining(['ingestion']) });
    expect(jobs[0]).not.toHaveProperty('payload');
    expect((await get(`/resources/${id}/jobs`, bob)).status).toBe(404);
  });
});
