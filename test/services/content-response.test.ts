import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentDisposition, contentResponse } from '../../src/services/resources/content-response.ts';
import type { StoredContent } from '../../src/services/resources/read-content.ts';

const HASH = 'a'.repeat(64);
const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
const slices: number[][] = [];
const content: StoredContent = {
  ...{ contentType: 'text/html; charset=utf-8', filename: 'page.html', size: bytes.length, hash: HASH },
  read: async (start, length) => {
    slices.push([start, length]);
    return bytes.subarray(start, start + Math.min(length, 40));
  },
};
const respond = (headers: Record<string, string> = {}, method = 'GET') =>
  contentResponse(content, { method, header: (name) => headers[name] });
const received = async (response: Response) => new Uint8Array(await response.arrayBuffer());

describe('content response', () => {
  test('content: the whole is sent as an attachment that no browser runs', async () => {
    const response = respond();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-disposition': 'attachment; filename="page.html"',
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
      'content-length': '100',
      etag: `"${HASH}"`,
    });
    expect(await received(response)).toEqual(bytes);
  });

  test.each([
    `"${HASH}"`,
    `W/"${HASH}"`,
    `"x", "${HASH}"`,
    '*',
  ])('content: If-None-Match %s is 304 without a body', async (tag) => {
    const response = respond({ 'if-none-match': tag });
    expect([response.status, response.body]).toEqual([304, null]);
  });

  test('content: HEAD reads nothing and has the length', () => {
    slices.length = 0;
    const response = respond({}, 'HEAD');
    expect([response.body, response.headers.get('content-length'), slices]).toEqual([null, '100', []]);
  });

  test('content: every range of bytes is what RFC 9110 says', async () => {
    const position = fc.oneof(fc.integer({ min: 0, max: 130 }), fc.constantFrom(1e15, 9_999_999_999_999_998));
    await fc.assert(
      fc.asyncProperty(fc.option(position), fc.option(position), async (from, to) => {
        const response = respond({ range: `bytes=${from ?? ''}-${to ?? ''}` });
        const isValid = (from !== null || to !== null) && (from === null || to === null || to >= from);
        if (!isValid) {
          expect(response.status).toBe(200);
          return;
        }
        const start = from ?? Math.max(0, 100 - (to ?? 0));
        const end = from === null ? 100 : Math.min(100, (to ?? 99) + 1);
        if (start >= 100 || (from === null && to === 0)) {
          expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */100']);
          return;
        }
        expect([response.status, response.headers.get('content-range')]).toEqual([206, `bytes ${start}-${end - 1}/100`]);
        expect(await received(response)).toEqual(bytes.subarray(start, end));
      }),
    );
  });

  test.each(['bytes=0-1,3-4', 'lines=0-1', 'bytes=a-b'])('content: the range %s is ignored', (range) => {
    expect(respond({ range }).status).toBe(200);
  });

  test('content: a range of another version is the whole of this one', () => {
    expect(respond({ range: 'bytes=0-1', 'if-range': '"other"' }).status).toBe(200);
    expect(respond({ range: 'bytes=0-1', 'if-range': `"${HASH}"` }).status).toBe(206);
  });

  test('content: a source that is shorter than it was breaks the response off', async () => {
    const short = { ...content, read: async () => new Uint8Array() };
    await expect(contentResponse(short, { method: 'GET', header: () => undefined }).arrayBuffer()).rejects.toThrow(/shorter/);
  });
});

describe('contentDisposition', () => {
  test.each([
    ['notes.md', 'attachment; filename="notes.md"'],
    ['Größe.pdf', 'attachment; filename="Grosse.pdf"; filename*=UTF-8\'\'Gr%C3%B6%C3%9Fe.pdf'.replace('Grosse', 'Gro_e')],
    ['a"b\\c%.txt', 'attachment; filename="a_b_c_.txt"; filename*=UTF-8\'\'a%22b%5Cc%25.txt'],
    ["it's (1).txt", 'attachment; filename="it\'s (1).txt"'],
    ['氷.txt', 'attachment; filename="_.txt"; filename*=UTF-8\'\'%E6%B0%B7.txt'],
  ])('file name: %s is sent as %s', (name, header) => {
    expect(contentDisposition(name)).toBe(header);
  });

  test('file name: any name makes a header of visible ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(contentDisposition(name)).toMatch(
          /^attachment; filename="[ !#-$&-[\]-~]*"(?:; filename\*=UTF-8''[A-Za-z\d.~!*%_-]*)?$/,
        );
      }),
    );
  });
});
