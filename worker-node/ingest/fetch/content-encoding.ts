/** Decompression of HTTP bodies (RFC 9110 section 8.4). */
import { Duplex, pipeline, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

type Bytes = AsyncIterable<Uint8Array>;

/** More layers than anybody has use for are an attack. */
const MAX_LAYERS = 2;

/** The streams to pipe a body through, in order; undefined for an encoding we do not know. */
export function decompressors(header: string | undefined): Duplex[] | undefined {
  const names = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
    .reverse();
  if (names.length > MAX_LAYERS) return undefined;
  const streams = names.map(decompressor);
  return streams.every((stream) => stream !== undefined) ? streams : undefined;
}

function decompressor(name: string): Duplex | undefined {
  switch (name) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'br':
      return createBrotliDecompress();
    case 'deflate':
      return Duplex.from(inflateZlibOrRaw);
    default:
      return undefined;
  }
}

/** `deflate` means zlib's format, and some servers send the bare stream: the first byte tells which (RFC 1950). */
async function* inflateZlibOrRaw(source: Bytes): Bytes {
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return;
  async function* whole() {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  const inflate = ((first.value[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw();
  // The reader of `inflate` is told of every error; the callback only keeps it from being thrown twice.
  yield* pipeline(Readable.from(whole()), inflate, () => undefined);
}
