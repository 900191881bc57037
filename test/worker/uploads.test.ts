import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type HttpServer, startHttpServer } from '../../src/adapters/http-server.ts';
import { freePort } from '../../src/adapters/listen.ts';
import { resourceSources, resources } from '../../src/kernel/db/schema.sqlite.ts';
import { BACKLOG_LIMIT } from '../../src/services/resources/backlog.ts';
import { createUploadSlots } from '../../worker-node/http/uploads/upload-slots.ts';
import { createUploadKit, type UploadKit, WORKER_URL } from '../support/kits/uploads.ts';

const MB = 1024 * 1024;

let kit: UploadKit;
let ada: { Authorization: string };
beforeAll(async () => {
  kit = await createUploadKit();
});
afterAll(async () => {
  await kit.jobs.drain(10_000);
  await kit.api.close();
});
beforeEach(async () => {
  ada = await kit.api.login();
});

interface Accepted {
  id: string;
}
interface Problem {
  status: number;
  detail: string;
  errors?: { path: string }[];
}

let count = 0;
const fresh = () => `Ice flows ${++count}.`;
const idOf = async (response: Response) => ((await response.json()) as Accepted).id;

async function stored(id: string) {
  const [source] = await kit.db.select().from(resourceSources).where(eq(resourceSources.resourceId, id));
  const [resource] = await kit.db.select().from(resources).where(eq(resources.id, id));
  return { source, resource };
}

async function refusal(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return (await response.json()) as Problem;
}

/** As many megabytes as are asked for, and how many that were. */
function megabytes() {
  const asked = { count: 0 };
  const piece = new Uint8Array(MB).fill(0x61);
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      asked.count++;
      controller.enqueue(piece);
    },
  });
  return { asked, body };
}

describe('a file put at the address', () => {
  test('is accepted as the form accepts it', async () => {
    const response = await kit.put(await kit.uploadUrl(ada), fresh());
    expect(response.status).toBe(202);
    const answer = (await response.json()) as Accepted;
    const at = `https://pharos.example/resources/${answer.id}`;
    expect(response.headers.get('location')).toBe(at);
    const watched = { progress_url: `${at}/progress`, events_url: `${at}/progress/events` };
    expect(answer).toEqual({ id: answer.id, status: 'pending', ...watched });
  });

  test('is worked on at once, and the API hears of it', async () => {
    const id = await idOf(await kit.put(await kit.uploadUrl(ada), fresh()));
    await expect.poll(async () => (await stored(id)).resource?.status, { timeout: 20_000 }).toBe('completed');
    const reports = kit.reports.filter((report) => report.resource_id === id);
    expect(Object.values(reports[0]?.stages ?? {}).map((stage) => stage?.status)).toEqual(Array(5).fill('pending'));
    expect(reports.length).toBeGreaterThan(1);
    expect((await kit.api.request(`/resources/${id}`, { headers: ada })).status).toBe(200);
  });

  test('becomes what was said of it when the address was asked for', async () => {
    const said = {
      filename: 'deep/ice.md',
      title: ' Ice ',
      description: 'about ice',
      tags: ['x', 'y'],
      metadata: { a: { b: [1] } },
      callback_url: 'https://e.org/cb',
    };
    const { source, resource } = await stored(await idOf(await kit.put(await kit.uploadUrl(ada, said), fresh())));
    expect(source).toMatchObject({ filename: 'deep_ice.md', contentType: 'text/markdown' });
    expect(resource).toMatchObject({
      title: 'Ice',
      description: 'about ice',
      tags: ['x', 'y'],
      metadata: { a: { b: [1] } },
      callbackUrl: 'https://e.org/cb',
    });
  });

  test.each([
    [{}, 'text/html; charset=iso-8859-1', 'text/html; charset=iso-8859-1'],
    [{ filename: 'a.md' }, 'text/plain;charset=UTF-8', 'text/markdown; charset=utf-8'],
    [{ filename: 'a.html' }, 'application/octet-stream', 'text/html'],
    [{ filename: 'a.md' }, undefined, 'text/markdown'],
    [{ filename: 'a.constructor' }, 'text/plain', 'text/plain'],
    [{ content_type: 'text/markdown' }, 'application/x-www-form-urlencoded', 'text/markdown'],
  ])('with %j and the Content-Type %s is taken as %s', async (said, sent, expected) => {
    const headers: Record<string, string> = sent === undefined ? {} : { 'Content-Type': sent };
    const response = await kit.put(await kit.uploadUrl(ada, said), new TextEncoder().encode(fresh()), headers);
    expect((await stored(await idOf(response))).source?.contentType).toBe(expected);
  });

  test('keeps its bytes, whatever their charset', async () => {
    const latin = Uint8Array.of(0x63, 0x61, 0x66, 0xe9, ++count);
    const response = await kit.put(await kit.uploadUrl(ada), latin, { 'Content-Type': 'text/plain; charset=iso-8859-1' });
    expect([...((await stored(await idOf(response))).source?.body ?? [])]).toEqual([...latin]);
  });

  test('is the same resource where it was sent before, by this way or the form', async () => {
    const content = fresh();
    const first = await idOf(await kit.put(await kit.uploadUrl(ada), content));
    const again = await kit.put(await kit.uploadUrl(ada), content);
    expect([again.status, again.headers.get('location'), await idOf(again)]).toEqual([200, null, first]);
    const form = new FormData();
    form.append('file', new File([content], 'a.txt', { type: 'text/plain' }));
    const byForm = await kit.api.request('/resources/upload', { method: 'POST', headers: ada, body: form });
    expect([byForm.status, await idOf(byForm)]).toEqual([200, first]);
  });

  test('gets the same answer when it is sent again, and no other file may follow it', async () => {
    const url = await kit.uploadUrl(ada);
    const content = fresh();
    const first = await kit.put(url, content);
    const again = await kit.put(url, content);
    expect([again.status, await idOf(again)]).toEqual([202, await idOf(first)]);
    const other = await kit.put(url, fresh());
    expect(other.status).toBe(409);
    expect((await refusal(other)).detail).toContain('ask for a new one');
  });

  test('does not use its address up where it was refused', async () => {
    const url = await kit.uploadUrl(ada);
    expect((await kit.put(url, 'a\0b')).status).toBe(415);
    expect((await kit.put(url, fresh())).status).toBe(202);
  });
});

describe('a file that is no document', () => {
  test.each<[string, BodyInit, Record<string, string>, number]>([
    ['empty', '', { 'Content-Type': 'text/plain' }, 422],
    ['blank', ' \n\t', { 'Content-Type': 'text/plain' }, 422],
    ['binary', 'a\0b', { 'Content-Type': 'text/plain' }, 415],
    ['a PDF', '%PDF-1.7', { 'Content-Type': 'application/pdf' }, 415],
    ['a form', 'x', { 'Content-Type': 'multipart/form-data; boundary=x' }, 415],
    ['of no known type', Uint8Array.of(0x61), {}, 415],
  ])('%s is refused', async (_what, body, headers, status) => {
    const response = await kit.put(await kit.uploadUrl(ada), body, headers);
    expect(response.status).toBe(status);
    const { detail, errors } = await refusal(response);
    expect(detail).toContain('file');
    if (status === 422) expect(errors?.[0]?.path).toBe('file');
  });

  test('over 50 MB is refused while it is read: what lies beyond is never asked for', async () => {
    const { asked, body } = megabytes();
    const response = await kit.put(await kit.uploadUrl(ada), body);
    expect([response.status, (await refusal(response)).detail]).toEqual([413, 'The upload is larger than 50 MB']);
    expect(asked.count).toBeLessThan(60);
  });

  test('and says so beforehand is refused before anything is read', async () => {
    const { asked, body } = megabytes();
    const headers = { 'Content-Type': 'text/plain', 'Content-Length': String(60 * MB) };
    expect((await kit.put(await kit.uploadUrl(ada), body, headers)).status).toBe(413);
    expect(asked.count).toBeLessThan(3);
  });
});

describe('over a socket', () => {
  let server: HttpServer;
  let port: number;
  beforeAll(async () => {
    port = await freePort('127.0.0.1');
    server = await startHttpServer(kit.worker, { port, host: '127.0.0.1' });
  });
  afterAll(async () => {
    server.cut();
    await server.close();
  });
  const local = (url: string) => url.replace(WORKER_URL, `http://127.0.0.1:${port}`);

  test('50 MB arrive whole', async () => {
    const body = new Uint8Array(50 * MB).fill(0x61);
    body.set(new TextEncoder().encode(fresh()));
    const response = await fetch(local(await kit.uploadUrl(ada)), {
      method: 'PUT',
      body,
      headers: { 'Content-Type': 'text/plain' },
    });
    expect(response.status).toBe(202);
    const { source } = await stored(await idOf(response));
    const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    expect(hashOf(source?.body ?? new Uint8Array())).toBe(hashOf(body));
  });

  test('60 MB in pieces are refused with an answer', async () => {
    const url = new URL(local(await kit.uploadUrl(ada)));
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    socket.on('error', () => undefined);
    let answer = '';
    socket.on('data', (text: string) => {
      answer += text;
    });
    const over = Promise.race([once(socket, 'data'), once(socket, 'close')]);
    const head = `PUT ${url.pathname}${url.search} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain`;
    socket.write(`${head}\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const piece = `${MB.toString(16)}\r\n${'a'.repeat(MB)}\r\n`;
    for (let sent = 0; sent < 60 && answer === '' && socket.writable; sent++) {
      await Promise.race([new Promise((resolve) => socket.write(piece, resolve)), over]);
    }
    await expect.poll(() => answer, { timeout: 10_000 }).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  test('an upload that breaks off leaves nothing behind and gives its place back', async () => {
    const tryAnother = async () => (await kit.put(await kit.uploadUrl(ada), megabytes().body)).status;
    const sockets = [];
    for (let i = 0; i < 3; i++) {
      const url = new URL(local(await kit.uploadUrl(ada, { title: 'broken off' })));
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      const head = `PUT ${url.pathname}${url.search} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain`;
      socket.write(`${head}\r\nContent-Length: ${9 * MB}\r\n\r\nIce flows`);
      sockets.push(socket);
    }
    await expect.poll(tryAnother, { timeout: 10_000 }).toBe(429);
    for (const socket of sockets) socket.destroy();
    await expect.poll(tryAnother, { timeout: 10_000 }).toBe(413);
    expect(await kit.db.select().from(resources).where(eq(resources.title, 'broken off'))).toEqual([]);
    expect(kit.api.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('a browser', () => {
  const preflight = (worker: UploadKit['worker'], path: string, origin = 'https://app.example') =>
    worker.request(path, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'PUT', 'Access-Control-Request-Headers': 'content-type' },
    });

  test('asks beforehand and is let through, and can read answers and refusals', async () => {
    const response = await preflight(kit.worker, '/uploads?ticket=x');
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-methods')).toBe('PUT');
    expect(response.headers.get('access-control-allow-headers')).toContain('Content-Type');
    const headers = { 'Content-Type': 'text/plain', Origin: 'https://app.example' };
    const refused = await kit.put(`${WORKER_URL}/uploads?ticket=x`, 'x', headers);
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, '*']);
    const taken = await kit.put(await kit.uploadUrl(ada), fresh(), headers);
    expect([taken.status, taken.headers.get('access-control-expose-headers')]).toEqual([
      202,
      expect.stringContaining('Location'),
    ]);
  });

  test('finds CORS on this path only', async () => {
    for (const path of ['/jobs', '/mail', '/v1/embeddings', '/health']) {
      expect((await preflight(kit.worker, path)).headers.get('access-control-allow-origin'), path).toBeNull();
    }
  });

  test('of an origin that is not listed is told nothing', async () => {
    const listed = await createUploadKit({ env: { CORS_ORIGINS: 'https://app.example' } });
    const allowed = async (origin: string) =>
      (await preflight(listed.worker, '/uploads', origin)).headers.get('access-control-allow-origin');
    expect(await allowed('https://app.example')).toBe('https://app.example');
    expect(await allowed('https://evil.example')).toBeNull();
    await listed.api.close();
  });
});

describe('many at once', () => {
  test('large uploads beyond the places there are get 429 with a time to come back; small ones pass', async () => {
    const gate = Promise.withResolvers<void>();
    /** A file that nobody sends before the gate is open, and the moment when it is asked for. */
    const slow = () => {
      const begun = Promise.withResolvers<void>();
      const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
        begun.resolve();
        await gate.promise;
        controller.enqueue(new TextEncoder().encode(fresh()));
        controller.close();
      };
      return { begun: begun.promise, body: new ReadableStream({ pull }, { highWaterMark: 0 }) };
    };
    const people = [ada, ada, ada, await kit.api.login()];
    const urls = await Promise.all(people.map((person) => kit.uploadUrl(person)));
    const own = await kit.uploadUrl(ada);
    const files = urls.map((url) => ({ url, ...slow() }));
    const under = files.map(({ url, body }) => kit.put(url, body));
    await Promise.all(files.map(({ begun }) => begun));
    const others = await kit.uploadUrl(await kit.api.login());
    expect((await kit.put(others, slow().body)).status).toBe(429);
    const full = await kit.put(own, slow().body);
    expect([full.status, full.headers.get('retry-after')]).toEqual([429, '5']);
    const small = new TextEncoder().encode(fresh());
    const headers = { 'Content-Type': 'text/plain', 'Content-Length': String(small.byteLength) };
    expect((await kit.put(own, small, headers)).status).toBe(202);
    gate.resolve();
    expect((await Promise.all(under)).map((response) => response.status)).toEqual([202, 202, 202, 202]);
    expect((await kit.put(others, slow().body)).status).toBe(202);
  });

  test('beyond what one owner may have waiting, the answer is 429 with a time to come back, and the address stays good', async () => {
    const { user_id: owner } = JSON.parse(atob(ada.Authorization.split('.')[1] ?? '')) as { user_id: string };
    const url = await kit.uploadUrl(ada);
    await kit.api.database.execute(
      `insert into jobs (id, kind, owner_id, payload, state, attempt, max_attempts, available_at, created_at, updated_at)
        with recursive n(i) as (select 1 union all select i + 1 from n where i < ${BACKLOG_LIMIT})
        select 'job-' || i, 'resource.process', '${owner}', '{}', 'queued', 0, 1, 0, 0, 0 from n`,
    );
    const content = fresh();
    const full = await kit.put(url, content);
    expect([full.status, full.headers.get('retry-after')]).toEqual([429, '60']);
    await kit.api.database.execute(`delete from jobs where owner_id = '${owner}'`);
    expect((await kit.put(url, content)).status).toBe(202);
  });

  test('nobody holds all places, and each is free again after its upload', () => {
    const owner = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(fc.record({ enter: owner }), fc.record({ leave: fc.nat(5) }));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const places = createUploadSlots({ slots: 4, perOwner: 3 });
        const inside: { owner: string; leave: () => void }[] = [];
        for (const one of steps) {
          if ('leave' in one) inside.splice(one.leave, 1)[0]?.leave();
          else {
            const own = inside.filter(({ owner: other }) => other === one.enter).length;
            const leave = places.acquire(one.enter, undefined);
            expect(leave !== undefined).toBe(inside.length < 4 && own < 3);
            if (leave) inside.push({ owner: one.enter, leave });
          }
        }
      }),
    );
  });
});

test('a database that is away is 503 with a time to come back', async () => {
  const away = await createUploadKit();
  const url = await away.uploadUrl(await away.api.login());
  away.api.database.disconnect();
  const response = await away.put(url, fresh());
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  expect((await refusal(response)).detail).not.toMatch(/select|sqlite/i);
  await away.api.close();
});
