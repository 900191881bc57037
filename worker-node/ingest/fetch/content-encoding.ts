/** Decompression of HTTP bodies (RFC 9110 section 8.4). */
import { Duplex, pipeline, Readable } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';

type Bytes = AsyncIterable<Uint8Array>;

/** More layers have no legitimate use. */
const MAX_LAYERS = 2;
/** Other codings of the IANA registry: such a body is encoded, and nothing here decodes it. */
const UNSUPPORTED = new Set(['compress', 'x-compress', 'exi', 'pack200-gzip', 'aes128gcm', 'dcb', 'dcz']);
/** What has arrived of a stream that was cut before its end is kept, as by browsers. */
const ZLIB = { finishFlush: constants.Z_SYNC_FLUSH };
/** A window of 8 MB at most (RFC 9659), so that a small body cannot ask for more memory. */
const ZSTD = { finishFlush: constants.ZSTD_e_flush, params: { [constants.ZSTD_d_windowLogMax]: 23 } };

/**
 * The streams that decode a body with this `Content-Encoding`, in order; undefined for one that cannot be decoded. Values
 * that name no coding, such as `utf-8` or `none`, are ignored (Fetch standard, "handle content codings").
 */
export function decompressors(header: string): Duplex[] | undefined {
  const names = header
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => UNSUPPORTED.has(name) || Object.hasOwn(DECOMPRESSORS, name))
    .reverse();
  if (names.length > MAX_LAYERS || names.some((name) => UNSUPPORTED.has(name))) return undefined;
  return names.flatMap((name) => DECOMPRESSORS[name]?.() ?? []);
}

const DECOMPRESSORS: Readonly<Record<string, () => Duplex>> = {
  gzip: () => createGunzip(ZLIB),
  'x-gzip': () => createGunzip(ZLIB),
  br: () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: () => createZstdDecompress(ZSTD),
  deflate: () => Duplex.from(inflateZlibOrRaw),
};

/** `deflate` means the zlib format, but some servers send raw deflate data. The first byte tells them apart (RFC 1950). */
async function* inflateZlibOrRaw(source: Bytes): Bytes {
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return;
  async function* replay() {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  const inflate = ((first.value[0] ?? 0) & 0x0f) === 8 ? createInflate(ZLIB) : createInflateRaw(ZLIB);
  // Errors reach the consumer of `inflate`; without a callback `pipeline` would throw them a second time.
  yield* pipeline(Readable.from(replay()), inflate, () => undefined);
}
