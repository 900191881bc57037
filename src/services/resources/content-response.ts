/** The response with the content of a resource, at the API and at the worker (RFC 9110: ranges and conditions). */
import type { StoredContent } from './read-content.ts';

/** Memory that a response holds: a slower reader waits with the next slice. */
const SLICE_BYTES = 4 * 1024 * 1024;

export interface ContentRequest {
  readonly method: string;
  header(name: string): string | undefined;
}

export function contentResponse(content: StoredContent, request: ContentRequest): Response {
  const etag = `"${content.hash}"`;
  const headers: Record<string, string> = {
    'Content-Type': content.contentType,
    'Content-Disposition': contentDisposition(content.filename),
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': 'sandbox',
    'Cache-Control': 'private, no-cache',
    'Accept-Ranges': 'bytes',
    ETag: etag,
  };
  if (matches(request.header('if-none-match'), etag)) return new Response(null, { status: 304, headers });
  const range = rangeOf(request, { etag, size: content.size });
  if (range === 'unsatisfiable')
    return new Response(null, { status: 416, headers: { ...headers, 'Content-Range': `bytes */${content.size}` } });
  const { start, end } = range ?? { start: 0, end: content.size };
  headers['Content-Length'] = String(end - start);
  if (range) headers['Content-Range'] = `bytes ${start}-${end - 1}/${content.size}`;
  const body = request.method === 'HEAD' ? null : streamOf(content, start, end);
  return new Response(body, { status: range ? 206 : 200, headers });
}

/** Read slice by slice, at the pace of the reader. */
function streamOf(content: StoredContent, start: number, end: number): ReadableStream<Uint8Array> {
  let at = start;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        if (at < end) {
          const bytes = await content.read(at, Math.min(SLICE_BYTES, end - at));
          if (bytes.byteLength === 0) throw new Error('the content is shorter than it was');
          at += bytes.byteLength;
          controller.enqueue(bytes);
        }
        if (at >= end) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** If-None-Match: weak comparison. */
const matches = (header: string | undefined, etag: string) =>
  header?.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, ''))) === true;

/** One range of bytes; undefined for the whole, also where several ranges or other units are asked for. */
function rangeOf(
  { header, method }: ContentRequest,
  { etag, size }: { readonly etag: string; readonly size: number },
): { readonly start: number; readonly end: number } | 'unsatisfiable' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d{0,200})-(\d{0,200})$/.exec(header('range') ?? '') ?? [];
  const condition = header('if-range');
  if (method !== 'GET' || from + to === '' || (condition !== undefined && condition !== etag)) return undefined;
  if (from === '') return Number(to) === 0 ? 'unsatisfiable' : { start: Math.max(0, size - Number(to)), end: size };
  if (to !== '' && Number(to) < Number(from)) return undefined;
  if (Number(from) >= size) return 'unsatisfiable';
  return { start: Number(from), end: to === '' ? size : Math.min(size, Number(to) + 1) };
}

/** RFC 6266: the name in ASCII, and as it is after RFC 8187. */
export function contentDisposition(filename: string): string {
  const name = filename.toWellFormed();
  const ascii = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^ -~]|["\\%]/g, '_');
  const plain = `attachment; filename="${ascii}"`;
  if (ascii === name) return plain;
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${plain}; filename*=UTF-8''${encoded}`;
}
