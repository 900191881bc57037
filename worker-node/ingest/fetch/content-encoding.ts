/** Decompression of HTTP bodies (RFC 9110 section 8.4). */
import { Duplex, pipeline, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

type Bytes = AsyncIterable<Uint8Array>;

/** More layers have no legitimate use. */
const MAX_LAYERS = 2;

/** The streams that decode a body with this `Content-Encoding`, in order; undefined for an unknown encoding. */
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

/** `deflate` means the zlib format, but some servers send raw deflate data. The first byte tells them apart (RFC 1950). */
async function* inflateZlibOrRaw(source: Bytes): Bytes {
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return;
  async function* replay() {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  const inflate = ((first.value[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw();
  // Errors reach the consumer of `inflate`; without a callback `pipeline` would throw them a second time.
  yield* pipeline(Readable.from(replay()), inflate, () => undefined);
}
