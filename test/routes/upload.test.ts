import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resourceSources, resources } from '../../src/kernel/db/schema.sqlite.ts';
import { createTestLibrary, type TestLibrary } from '../support/kits/library.ts';

let library: TestLibrary;
let app: ReturnType<TestLibrary['appOf']>;
beforeAll(async () => {
  library = await createTestLibrary();
  app = library.appOf(await library.person('ada'));
});
afterAll(() => library.close());

interface Problem {
  detail: string;
  errors?: { path: string }[];
}

type Field = string | File;
function form(fields: Record<string, Field | Field[]>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) data.append(name, one);
  return data;
}
const upload = async (fields: Record<string, Field | Field[]>, path = '/resources/upload') =>
  app.request(path, { method: 'POST', body: form(fields) });

let count = 0;
const file = (name: string, type = '', text: BlobPart = `Ice flows ${++count}.`) => new File([text], name, { type });

async function stored(response: Response) {
  expect([200, 202]).toContain(response.status);
  const { id } = (await response.json()) as { id: string };
  const [source] = await library.db.select().from(resourceSources).where(eq(resourceSources.resourceId, id));
  const [resource] = await library.db.select().from(resources).where(eq(resources.id, id));
  return { source, resource };
}

test.each([
  ['notes.md', '', 'text/markdown'],
  ['notes.md', 'text/plain', 'text/markdown'],
  ['notes.MARKDOWN', 'application/octet-stream', 'text/markdown'],
  ['page.html', 'text/html', 'text/html'],
  ['page.xhtml', 'application/xhtml+xml', 'application/xhtml+xml'],
  ['server.unknown', '', 'text/plain'],
  ['LICENSE', 'application/octet-stream', 'text/plain'],
  ['a.png', 'image/png', 'text/plain'],
  ['a.txt', 'text/plain', 'text/plain'],
  ['README', 'text/x-markdown', 'text/x-markdown'],
])('upload: a file %s of type %j is stored as %s', async (name, type, expected) => {
  const { source } = await stored(await upload({ file: file(name, type) }));
  expect(source?.contentType.split(';')[0]).toBe(expected);
  expect(source?.filename).toBe(name);
});

test('upload: the fields beside the file are those of JSON', async () => {
  const { resource } = await stored(
    await upload({
      file: file('a.txt'),
      title: ' Ice ',
      description: 'about ice',
      tags: ['x', 'y'],
      metadata: '{"a":1}',
      callback_url: 'https://e.org/cb',
    }),
  );
  expect(resource).toMatchObject({
    title: 'Ice',
    description: 'about ice',
    tags: ['x', 'y'],
    metadata: { a: 1 },
    callbackUrl: 'https://e.org/cb',
  });
  const { resource: other } = await stored(await upload({ file: file('b.txt'), tags: 'x, y,,z ' }));
  expect(other?.tags).toEqual(['x', 'y', 'z']);
});

test('upload: the bytes are stored unchanged, in any charset', async () => {
  const latin = Uint8Array.of(0x63, 0x61, 0x66, 0xe9);
  const { source } = await stored(await upload({ file: file('a.txt', 'text/plain; charset=iso-8859-1', latin) }));
  expect([...(source?.body ?? [])]).toEqual([...latin]);
  expect(source?.contentType).toBe('text/plain; charset=iso-8859-1');
  const utf16 = Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x62, 0);
  expect((await upload({ file: file('b.txt', '', utf16) })).status).toBe(202);
});

test('upload: a path in a file name is reduced to the name', async () => {
  const { source } = await stored(await upload({ file: file('../../etc/passwd.txt') }));
  expect(source?.filename).not.toMatch(/[/\\]/);
});

test('POST /resources: takes the same form, also with text or a URL instead of a file', async () => {
  expect((await stored(await upload({ file: file('a.md') }, '/resources'))).source?.contentType).toBe('text/markdown');
  expect((await stored(await upload({ url: 'https://e.org/form' }, '/resources'))).resource?.url).toBe('https://e.org/form');
  const { source } = await stored(await upload({ content: '# Ice', content_type: 'text/markdown' }, '/resources'));
  expect(new TextDecoder().decode(source?.body)).toBe('# Ice');
});

test('upload: the same file again is the same resource', async () => {
  const again = () => upload({ file: file('a.txt', '', 'the same bytes') });
  expect([(await again()).status, (await again()).status]).toEqual([202, 200]);
});

test.each([
  ['a picture', 'a.png', 'image/png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0), /a PNG image.*OCR/],
  ['a picture that is called text', 'a.txt', 'text/plain', Uint8Array.of(0xff, 0xd8, 0xff, 0), /a JPEG image/],
  ['an archive', 'a.zip', 'application/zip', 'PK\x03\x04\0\0', /a ZIP archive.*unpack it/],
  ['binary data that is called text', 'a.txt', 'text/plain', 'a\0b', /neither text.*HTML, Markdown/],
])('upload: %s is 415, saying what to do', async (_name, name, type, text, reason) => {
  const response = await upload({ file: file(name, type, text) });
  expect(response.status).toBe(415);
  expect(((await response.json()) as Problem).detail).toMatch(reason);
});

test.each<[string, Record<string, Field | Field[]>, string]>([
  ['no file', { title: 'x' }, 'file'],
  ['text where a file should be', { file: 'text' }, 'file'],
  ['an empty file', { file: file('a.txt', '', '') }, 'file'],
  ['a blank file', { file: file('a.txt', '', ' \n\t ') }, 'file'],
  ['a long title', { file: file('a.txt'), title: 'x'.repeat(10_000) }, 'title'],
  ['two titles', { file: file('a.txt'), title: ['a', 'b'] }, 'title'],
  ['metadata that is not JSON', { file: file('a.txt'), metadata: '{' }, 'metadata'],
  ['metadata that is a list', { file: file('a.txt'), metadata: '[]' }, 'metadata'],
  ['an unknown field', { file: file('a.txt'), titel: 'x' }, 'titel'],
  ['a file for a title', { file: file('a.txt'), title: file('b.txt') }, 'title'],
  ['NUL in a tag', { file: file('a.txt'), tags: 'a\0' }, 'tags.0'],
  ['a file and a URL', { file: file('a.txt'), url: 'https://e.org' }, 'file'],
])('upload: %s is 422, naming the field', async (_name, fields, path) => {
  const response = await upload(fields);
  expect([response.status, ((await response.json()) as Problem).errors?.[0]?.path]).toEqual([422, path]);
});

test('upload: a JSON body is 415', async () => {
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' };
  expect((await app.request('/resources/upload', init)).status).toBe(415);
});

test('upload: a file over 50 MB is 413 as soon as the limit is read', async () => {
  let sent = 0;
  const piece = new Uint8Array(1024 * 1024).fill(0x61);
  const head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n';
  const endless = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(head)),
    pull: (controller) => {
      sent++;
      controller.enqueue(piece);
    },
  });
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
    body: endless,
    duplex: 'half',
  } as RequestInit;
  expect((await app.request('/resources/upload', init)).status).toBe(413);
  expect(sent).toBeLessThan(60);
});

test('upload: a Content-Length over the limit is 413 before the body is read', async () => {
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': '20000000000' },
    body: 'x',
  };
  expect((await app.request('/resources/upload', init)).status).toBe(413);
});
