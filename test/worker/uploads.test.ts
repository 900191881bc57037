import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type HttpServer, startHttpServer } from '../../src/adapters/http-server.ts';
import { freePort } from '../../src/adapters/listen.ts';
import { resourceSources, resources, sessions, users } from '../../src/kernel/db/schema.sqlite.ts';
import { BACKLOG_LIMIT } from '../../src/services/resources/backlog.ts';
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
/** The user's id in an access token. */
const subjectOf = ({ Authorization }: { Authorization: string }) =>
  (JSON.parse(atob(Authorization.split('.')[1] ?? '')) as { user_id: string }).user_id;
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

/** An endless body in pieces of 1 MB that counts the pieces read. */
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

describe('PUT /uploads', () => {
  test('PUT /uploads: the response is that of the upload form', async () => {
    const response = await kit.put(await kit.uploadUrl(ada), fresh());
    expect(response.status).toBe(202);
    const answer = (await response.json()) as Accepted;
    const at = `https://pharos.example/resources/${answer.id}`;
    expect(response.headers.get('location')).toBe(at);
    const watched = { progress_url: `${at}/progress`, events_url: `${at}/progress/events` };
    expect(answer).toEqual({ id: answer.id, status: 'pending', ...watched });
  });

  test('PUT /uploads: the resource is processed at once and its progress reported to the API', async () => {
    const id = await idOf(await kit.put(await kit.uploadUrl(ada), fresh()));
    await expect.poll(async () => (await stored(id)).resource?.status).toBe('completed');
    const reports = kit.reports.filter((report) => report.resource_id === id);
    expect(Object.values(reports[0]?.stages ?? {}).map((stage) => stage?.status)).toEqual(Array(5).fill('pending'));
    expect(reports.length).toBeGreaterThan(1);
    expect((await kit.api.request(`/resources/${id}`, { headers: ada })).status).toBe(200);
  });

  test('PUT /uploads: the resource has the fields given with the request for the URL', async () => {
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
  ])('PUT /uploads: fields %j and Content-Type %s store it as %s', async (said, sent, expected) => {
    const headers: Record<string, string> = sent === undefined ? {} : { 'Content-Type': sent };
    const response = await kit.put(await kit.uploadUrl(ada, said), new TextEncoder().encode(fresh()), headers);
    expect((await stored(await idOf(response))).source?.contentType).toBe(expected);
  });

  test('PUT /uploads: the bytes are stored unchanged in any charset', async () => {
    const latin = Uint8Array.of(0x63, 0x61, 0x66, 0xe9, ++count);
    const response = await kit.put(await kit.uploadUrl(ada), latin, { 'Content-Type': 'text/plain; charset=iso-8859-1' });
    expect([...((await stored(await idOf(response))).source?.body ?? [])]).toEqual([...latin]);
  });

  test('PUT /uploads: content sent before, also by the form, is the same resource', async () => {
    const content = fresh();
    const first = await idOf(await kit.put(await kit.uploadUrl(ada), content));
    const again = await kit.put(await kit.uploadUrl(ada), content);
    expect([again.status, again.headers.get('location'), await idOf(again)]).toEqual([200, null, first]);
    const form = new FormData();
    form.append('file', new File([content], 'a.txt', { type: 'text/plain' }));
    const byForm = await kit.api.request('/resources/upload', { method: 'POST', headers: ada, body: form });
    expect([byForm.status, await idOf(byForm)]).toEqual([200, first]);
  });

  test('PUT /uploads: repeating a file gives the same response, another file is 409', async () => {
    const url = await kit.uploadUrl(ada);
    const content = fresh();
    const first = await kit.put(url, content);
    const again = await kit.put(url, content);
    expect([again.status, await idOf(again)]).toEqual([202, await idOf(first)]);
    const other = await kit.put(url, fresh());
    expect(other.status).toBe(409);
    expect((await refusal(other)).detail).toContain('ask for a new one');
  });

  test('PUT /uploads: a refused file does not use up the URL', async () => {
    const url = await kit.uploadUrl(ada);
    expect((await kit.put(url, 'a\0b')).status).toBe(415);
    expect((await kit.put(url, fresh())).status).toBe(202);
  });
});

test('PUT /uploads: a file that does not fit into the quota of its owner is 413 and names what is left', async () => {
  const limited = await createUploadKit({ env: { QUOTA_FREE_BYTES: '10' } });
  try {
    const url = await limited.uploadUrl(await limited.api.login());
    const refused = await limited.put(url, 'eleven byte');
    expect(await refused.json()).toMatchObject({
      status: 413,
      type: 'urn:pharos:error:quota_exceeded',
      errors: [{ path: 'bytes', message: '10 of 10 are left' }],
    });
    expect((await limited.put(url, 'ten bytes!')).status).toBe(202);
  } finally {
    await limited.api.close();
  }
});

describe('PUT /uploads: refused files', () => {
  test.each<[string, BodyInit, Record<string, string>, number]>([
    ['an empty file', '', { 'Content-Type': 'text/plain' }, 422],
    ['a blank file', ' \n\t', { 'Content-Type': 'text/plain' }, 422],
    ['a binary file', 'a\0b', { 'Content-Type': 'text/plain' }, 415],
    ['an image', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0), { 'Content-Type': 'image/png' }, 415],
    ['a form', 'x', { 'Content-Type': 'multipart/form-data; boundary=x' }, 415],
    ['a file of unknown type', Uint8Array.of(0x61, 0, 1, 2), {}, 415],
  ])('PUT /uploads: %s is refused', async (_what, body, headers, status) => {
    const response = await kit.put(await kit.uploadUrl(ada), body, headers);
    expect(response.status).toBe(status);
    const { detail, errors } = await refusal(response);
    expect(detail).toContain('file');
    if (status === 422) expect(errors?.[0]?.path).toBe('file');
  });

  test('PUT /uploads: a file over 50 MB is refused without reading the rest', async () => {
    const { asked, body } = megabytes();
    const response = await kit.put(await kit.uploadUrl(ada), body);
    expect([response.status, (await refusal(response)).detail]).toEqual([413, 'The upload is larger than 50 MB']);
    expect(asked.count).toBeLessThan(60);
  });

  test('PUT /uploads: a declared length over 50 MB is refused before the body is read', async () => {
    const { asked, body } = megabytes();
    const headers = { 'Content-Type': 'text/plain', 'Content-Length': String(60 * MB) };
    expect((await kit.put(await kit.uploadUrl(ada), body, headers)).status).toBe(413);
    expect(asked.count).toBeLessThan(3);
  });
});

describe('PUT /uploads over a socket', () => {
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

  test('PUT /uploads: 50 MB arrive unchanged over a socket', async () => {
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

  test('PUT /uploads: 60 MB in chunks get a 413 response', async () => {
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
    await expect.poll(() => answer).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  test('PUT /uploads: an aborted upload stores nothing and gives its memory back', async () => {
    /** Sends the beginning of a large file, and then nothing. */
    async function park(megabytes: number) {
      const url = new URL(local(await kit.uploadUrl(ada, { title: 'broken off' })));
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      const head = `PUT ${url.pathname}${url.search} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain`;
      socket.write(`${head}\r\nContent-Length: ${50 * MB}\r\n\r\n`);
      socket.write(new Uint8Array(megabytes * MB).fill(0x61));
      return socket;
    }
    const tryAnother = async () => (await kit.put(await kit.uploadUrl(ada), megabytes().body)).status;
    const sockets = [await park(45), await park(45)];
    await expect.poll(tryAnother, { timeout: 30_000 }).toBe(503);
    for (const socket of sockets) socket.destroy();
    await expect.poll(tryAnother, { timeout: 30_000 }).toBe(413);
    expect(await kit.db.select().from(resources).where(eq(resources.title, 'broken off'))).toEqual([]);
    expect(kit.api.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('PUT /uploads: CORS', () => {
  const preflight = (worker: UploadKit['worker'], path: string, origin = 'https://app.example') =>
    worker.request(path, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'PUT', 'Access-Control-Request-Headers': 'content-type' },
    });

  test('upload CORS: the preflight passes, and responses and errors are readable', async () => {
    const origin = 'http://localhost:5173';
    const response = await preflight(kit.worker, '/uploads?ticket=x', origin);
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    expect(response.headers.get('access-control-allow-methods')).toBe('PUT');
    expect(response.headers.get('access-control-allow-headers')).toContain('Content-Type');
    const headers = { 'Content-Type': 'text/plain', Origin: origin };
    const refused = await kit.put(`${WORKER_URL}/uploads?ticket=x`, 'x', headers);
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, origin]);
    const taken = await kit.put(await kit.uploadUrl(ada), fresh(), headers);
    expect([taken.status, taken.headers.get('access-control-expose-headers')]).toEqual([
      202,
      expect.stringContaining('Location'),
    ]);
  });

  test('upload CORS: other paths of the worker do not support it', async () => {
    for (const path of ['/jobs', '/mail', '/v1/embeddings', '/health']) {
      expect((await preflight(kit.worker, path)).headers.get('access-control-allow-origin'), path).toBeNull();
    }
  });

  test("upload CORS: an origin that is not listed is not allowed, except the console's own", async () => {
    const listed = await createUploadKit({ env: { CORS_ORIGINS: 'https://app.example' } });
    const allowed = async (origin: string, path = '/uploads') =>
      (await preflight(listed.worker, path, origin)).headers.get('access-control-allow-origin');
    expect(await allowed('https://app.example')).toBe('https://app.example');
    expect(await allowed('https://evil.example')).toBeNull();
    // The console, whose pages are of PUBLIC_URL, uploads and reads whatever is listed.
    for (const path of ['/uploads', '/contents'])
      expect(await allowed('https://pharos.example', path)).toBe('https://pharos.example');
    const url = await listed.uploadUrl(await listed.api.login());
    const taken = await listed.put(url, fresh(), { 'Content-Type': 'text/plain', Origin: 'https://pharos.example' });
    expect([taken.status, taken.headers.get('access-control-allow-origin')]).toEqual([202, 'https://pharos.example']);
    await listed.api.close();
  });
});

describe('PUT /uploads: limits', () => {
  /** A body that sends some megabytes, and its end when the test asks for it; `waits` resolves when only the end is missing. */
  function parked(megabytes: number) {
    const waits = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const content = new Uint8Array(megabytes * MB).fill(0x20);
    let sent = 0;
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      if (sent < content.byteLength) {
        controller.enqueue(content.subarray(sent, sent + MB));
        sent += MB;
        return;
      }
      waits.resolve();
      await ended.promise;
      controller.enqueue(new TextEncoder().encode(fresh()));
      controller.close();
    };
    return { waits: waits.promise, end: () => ended.resolve(), body: new ReadableStream({ pull }, { highWaterMark: 0 }) };
  }

  test('PUT /uploads: an owner holds as much memory as stays free, more is 503 with Retry-After, others still have room', async () => {
    const own = await kit.uploadUrl(ada);
    const others = await kit.uploadUrl(await kit.api.login());
    const open = [parked(49), parked(49)];
    const urls = [await kit.uploadUrl(ada), await kit.uploadUrl(ada)];
    const under = open.map(({ body }, index) => kit.put(urls[index] ?? '', body));
    await Promise.all(open.map(({ waits }) => waits));
    const full = await kit.put(own, parked(4).body);
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await kit.put(own, new TextEncoder().encode(fresh()))).status).toBe(202);
    const other = parked(45);
    other.end();
    expect((await kit.put(others, other.body)).status).toBe(202);
    for (const { end } of open) end();
    expect((await Promise.all(under)).map((response) => response.status)).toEqual([202, 202]);
  });

  test('PUT /uploads: declared lengths without bytes take no memory from others', async () => {
    const headers = { 'Content-Type': 'text/plain', 'Content-Length': String(50 * MB) };
    const open = [];
    for (const person of [ada, ada, ada, await kit.api.login(), await kit.api.login()]) {
      const body = parked(0);
      open.push({ ...body, response: kit.put(await kit.uploadUrl(person), body.body, headers) });
    }
    await Promise.all(open.map(({ waits }) => waits));
    const other = parked(45);
    other.end();
    expect((await kit.put(await kit.uploadUrl(await kit.api.login()), other.body)).status).toBe(202);
    for (const { end } of open) end();
    await Promise.all(open.map(({ response }) => response));
  });

  test.each<[string, (url: string) => Promise<unknown>]>([
    ['a logout', () => kit.api.request('/auth/logout', { method: 'POST', headers: ada })],
    [
      'the deactivation of its user',
      () =>
        kit.db
          .update(users)
          .set({ active: false })
          .where(eq(users.id, subjectOf(ada)))
          .execute(),
    ],
    [
      'the end of its session',
      () =>
        kit.db
          .delete(sessions)
          .where(eq(sessions.userId, subjectOf(ada)))
          .execute(),
    ],
  ])('PUT /uploads: a body parked across %s is 401 and not stored', async (_what, end) => {
    const url = await kit.uploadUrl(ada, { title: 'parked' });
    const body = parked(0);
    const pending = kit.put(url, body.body);
    await body.waits;
    await end(url);
    body.end();
    expect((await pending).status).toBe(401);
    expect(await kit.db.select().from(resources).where(eq(resources.title, 'parked'))).toEqual([]);
  });

  describe('slow ones', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
    afterEach(() => void vi.useRealTimers());

    test('PUT /uploads: a file that brings nothing for 20 seconds is 408 with problem details', async () => {
      const url = await kit.uploadUrl(ada);
      const body = parked(1);
      const pending = kit.put(url, body.body);
      await body.waits;
      // The megabyte counts for the first 20 seconds.
      await vi.advanceTimersByTimeAsync(40_000);
      const response = await pending;
      expect([response.status, (await refusal(response)).detail]).toEqual([408, expect.stringMatching(/too slowly/)]);
      body.end();
    });

    test('POST /mail: a body that brings nothing for 20 seconds is 408', async () => {
      const pending = kit.worker.request('/mail', { method: 'POST', body: parked(0).body, duplex: 'half' } as RequestInit);
      await expect.poll(() => vi.getTimerCount()).toBe(1);
      await vi.advanceTimersByTimeAsync(20_000);
      expect((await pending).status).toBe(408);
    });
  });

  test('PUT /uploads: tickets that are refused count against the address, and too many are 429', async () => {
    const strict = await createUploadKit({ env: { RATE_LIMIT_ANONYMOUS_TIER: '3' } });
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await strict.put(`${WORKER_URL}/uploads?ticket=${i}`, 'x')).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
    await strict.api.close();
  });

  test('PUT /uploads: a full backlog is 429 with Retry-After, and the URL stays valid', async () => {
    const owner = subjectOf(ada);
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
});

test('PUT /uploads: an unreachable database is 503 with Retry-After', async () => {
  const away = await createUploadKit();
  const url = await away.uploadUrl(await away.api.login());
  away.api.database.disconnect();
  const response = await away.put(url, fresh());
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  expect((await refusal(response)).detail).not.toMatch(/select|sqlite/i);
  await away.api.close();
});
