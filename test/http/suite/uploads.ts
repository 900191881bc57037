import { expect, test } from 'vitest';
import type { Deployment } from '../../support/kits/deployment.ts';
import { refusedByLength } from '../../support/kits/early-refusal.ts';
import { noteSecrets } from '../../support/kits/secrets.ts';
import { byDesign } from './by-design.ts';
import { bearer, type Person, person } from './people.ts';
import { COMPLETED, watch } from './watch.ts';

const MB = 1024 * 1024;
/** The largest file that the worker accepts. */
const UPLOAD_MEGABYTES = 50;

/** A page of `bytes`, nearly all of them in a comment, so that it is large to send and quick to process. */
function page(bytes: number, about: string): string {
  const [head, tail] = [`<!doctype html><title>${about}</title><p>${`A page about ${about}. `.repeat(10)}<!--`, '-->'];
  return head + 'x'.repeat(bytes - head.length - tail.length) + tail;
}

export function uploads(deployment: () => Deployment): void {
  async function address(ada: Person, fields: object = {}) {
    const result = await ada.call<{ upload_url: string; method: string; expires_at: string }>(
      'POST',
      '/resources/upload-url',
      fields,
    );
    if (result.status === 201) noteSecrets(new URL(result.body.upload_url).searchParams.get('ticket') ?? '');
    return result;
  }
  async function put(url: string, body: string, headers: Record<string, string> = { 'Content-Type': 'text/html' }) {
    const response = await fetch(url, { method: 'PUT', body, headers });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as { id: string; detail?: string },
    };
  }

  test('presigned upload: a large file sent to the worker becomes a resource', async () => {
    const ada = await person(deployment());
    const { documentMegabytes } = byDesign(deployment().choice);
    const given = await address(ada, { filename: 'moss.html', tags: ['large'] });
    expect(given.status).toBe(201);
    expect(given.body).toMatchObject({ method: 'PUT', expires_at: expect.any(String) });
    expect(given.body.upload_url.startsWith(`${deployment().workerUrl}/uploads?ticket=`)).toBe(true);
    const file = page(Math.min(12, documentMegabytes) * MB, 'moss');
    const sent = await put(given.body.upload_url, file);
    expect(sent.status).toBe(202);
    expect(sent.headers.get('location')).toBe(`${deployment().url}/resources/${sent.body.id}`);
    expect((await watch(ada, sent.body.id)).at(-1)?.data.stages).toEqual(COMPLETED);
    expect((await ada.call('GET', `/resources/${sent.body.id}`)).body).toMatchObject({ title: 'moss', tags: ['large'] });
    expect((await ada.search('moss')).body.hits[0]?.resource_id).toBe(sent.body.id);
    // The same file again is the same document; another file needs another address.
    expect((await put(given.body.upload_url, file)).body.id).toBe(sent.body.id);
    expect((await put(given.body.upload_url, page(1000, 'lichen'))).status).toBe(409);
  });

  test('presigned upload: a file over the largest document is 413', async () => {
    const ada = await person(deployment());
    const { upload_url: url } = (await address(ada)).body;
    const megabytes = byDesign(deployment().choice).documentMegabytes + 2;
    const file = page(megabytes * MB, 'moss');
    const headers = { 'Content-Type': 'text/html' };
    // Within the upload limit the worker reads the whole file and then finds it too large for the database.
    const response =
      megabytes > UPLOAD_MEGABYTES
        ? await refusedByLength(url, { method: 'PUT', headers, body: new TextEncoder().encode(file) })
        : await fetch(url, { method: 'PUT', headers, body: file });
    const { detail } = (await response.json()) as { detail: string };
    expect([response.status, detail]).toEqual([413, expect.stringMatching(/larger than/)]);
  });

  test('presigned upload: a false or altered token is 401, and a page of an allowed origin may upload', async () => {
    const ada = await person(deployment());
    const { upload_url: url } = (await address(ada)).body;
    for (const wrong of [`${deployment().workerUrl}/uploads`, `${deployment().workerUrl}/uploads?ticket=a.b.c`, url.slice(0, -4)])
      expect((await put(wrong, page(1000, 'moss'))).status).toBe(401);
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://app.example.org',
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'content-type',
      },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT');
  });

  test('presigned upload: logging out invalidates the address', async () => {
    const ada = await person(deployment());
    const { upload_url: url } = (await address(ada)).body;
    expect((await ada.call('POST', '/auth/logout')).status).toBe(204);
    expect((await put(url, page(1000, 'moss'))).status).toBe(401);
  });

  test("upload: a form may be as large as the runtime's limit, and a larger one is 413", async () => {
    const ada = await person(deployment());
    const { formMegabytes, documentMegabytes } = byDesign(deployment().choice);
    const formOf = (bytes: number) => {
      const form = new FormData();
      form.set('file', new File([page(bytes, 'ferns')], 'ferns.html', { type: 'text/html' }));
      return form;
    };
    const taken = await ada.call<{ id: string }>('POST', '/resources/upload', formOf(Math.min(9, documentMegabytes) * MB));
    expect(taken.status).toBe(202);
    // Built with Request, so that the content type names the boundary.
    const tooLarge = new Request('http://form', { method: 'POST', body: formOf((formMegabytes + 2) * MB) });
    const response = await refusedByLength(`${deployment().url}/resources/upload`, {
      method: 'POST',
      headers: { ...bearer(ada.access_token), 'Content-Type': tooLarge.headers.get('content-type') ?? '' },
      body: await tooLarge.bytes(),
    });
    expect(response.status).toBe(413);
    expect(((await response.json()) as { detail: string }).detail).toContain(`larger than ${formMegabytes} MB`);
    expect((await watch(ada, taken.body.id)).at(-1)?.data.stages).toEqual(COMPLETED);
  });
}
