/** Reads the central directory of a ZIP archive, ZIP64 too. Everything that it says is checked against the file. */
import { StageError } from '../../src/kernel/core/errors.ts';

export interface ZipEntry {
  readonly name: string;
  readonly encrypted: boolean;
  readonly method: number;
  /** Where its compressed data starts in the file. */
  readonly start: number;
  readonly compressedSize: number;
  /** As declared; the content is compared with it. */
  readonly size: number;
  readonly crc: number;
}

const MAX_ENTRIES = 10_000;
const END = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const LOCATOR_64_BYTES = 20;
const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const EXTRA_64 = 0x0001;
/** Values at these limits stand in the ZIP64 record. */
const FULL_16 = 0xffff;
const FULL_32 = 0xffffffff;
const ENCRYPTED = 1;

interface Directory {
  readonly start: number;
  readonly end: number;
  readonly entries: number;
  /** Bytes before the archive, which its offsets do not count. */
  readonly shift: number;
}

/** Throws a permanent StageError for a directory that is missing, too long or contradicts the file. */
export function readZipDirectory(bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { start, end, entries: count, shift } = findDirectory(view);
  if (count > MAX_ENTRIES)
    throw new StageError(
      'permanent',
      `The archive has ${count} entries; at most ${MAX_ENTRIES} are read. Send them in smaller parts`,
    );
  const entries: ZipEntry[] = [];
  let at = start;
  while (entries.length < count) {
    if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL) throw damaged('has fewer entries than it says');
    const { entry, next } = readEntry(view, at, end, shift);
    entries.push(entry);
    at = next;
  }
  if (at + CENTRAL_BYTES <= end && view.getUint32(at, true) === CENTRAL) throw damaged('has more entries than it says');
  return entries;
}

function findDirectory(view: DataView): Directory {
  const lowest = Math.max(0, view.byteLength - END_BYTES - MAX_COMMENT);
  for (let at = view.byteLength - END_BYTES; at >= lowest; at--) {
    if (view.getUint32(at, true) !== END || at + END_BYTES + view.getUint16(at + 20, true) > view.byteLength) continue;
    return describeDirectory(view, at);
  }
  throw damaged('is missing, as in a file that was cut off');
}

function describeDirectory(view: DataView, at: number): Directory {
  if (view.getUint16(at + 4, true) !== 0 && view.getUint16(at + 4, true) !== FULL_16)
    throw new StageError('permanent', 'The archive is split into several files. Send it as one');
  const own = {
    entries: view.getUint16(at + 10, true),
    size: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
    end: at,
  };
  const is64 = own.entries === FULL_16 || own.size === FULL_32 || own.offset === FULL_32;
  const { entries, size, offset, end } = (is64 && readEnd64(view, at)) || own;
  const start = end - size;
  if (start < offset) throw damaged('does not lie where it says');
  return { start, end, entries, shift: start - offset };
}

function readEnd64(view: DataView, endAt: number) {
  const locator = endAt - LOCATOR_64_BYTES;
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR_64) return undefined;
  // The record is before its locator; bytes before the archive move both.
  const declared = getUint64(view, locator + 8);
  const at = [declared, locator - 56].find(
    (place) => place >= 0 && place + 56 <= locator && view.getUint32(place, true) === END_64,
  );
  if (at === undefined) throw damaged('names a ZIP64 record that is missing');
  return { entries: getUint64(view, at + 32), size: getUint64(view, at + 40), offset: getUint64(view, at + 48), end: at };
}

function readEntry(view: DataView, at: number, end: number, shift: number): { entry: ZipEntry; next: number } {
  const flags = view.getUint16(at + 8, true);
  const nameEnd = at + CENTRAL_BYTES + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > end) throw damaged('ends in the middle of an entry');
  const name = decodeName(bytesOf(view, at + CENTRAL_BYTES, nameEnd));
  const [size, compressedSize, offset] = readSizes(view, at, nameEnd, extraEnd);
  const local = offset + shift;
  if (local + LOCAL_BYTES > view.byteLength || view.getUint32(local, true) !== LOCAL)
    throw damaged('names an entry that is not there');
  const start = local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + compressedSize > view.byteLength) throw damaged('names an entry that is longer than the file');
  const method = view.getUint16(at + 10, true);
  const crc = view.getUint32(at + 16, true);
  return { entry: { name, encrypted: (flags & ENCRYPTED) !== 0, method, start, compressedSize, size, crc }, next };
}

/** Size, compressed size and offset; those of 32 bits that are full stand in the ZIP64 field, in this order. */
function readSizes(view: DataView, at: number, extraStart: number, extraEnd: number): [number, number, number] {
  const sizes: [number, number, number] = [
    view.getUint32(at + 24, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 42, true),
  ];
  for (let field = extraStart; field + 4 <= extraEnd; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== EXTRA_64) continue;
    const fieldEnd = Math.min(extraEnd, field + 4 + view.getUint16(field + 2, true));
    let value = field + 4;
    for (const [index, size] of sizes.entries()) {
      if (size !== FULL_32 || value + 8 > fieldEnd) continue;
      sizes[index] = getUint64(view, value);
      value += 8;
    }
  }
  return sizes;
}

/** As a number: one beyond 2^53 is larger than any file. */
const getUint64 = (view: DataView, at: number) => Number(view.getBigUint64(at, true));

const bytesOf = (view: DataView, start: number, end: number) => new Uint8Array(view.buffer, view.byteOffset + start, end - start);

/** Names are UTF-8 whatever their flag says; some programs write `\` for `/`, or a leading `/`. */
const decodeName = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll('\\', '/').replace(/^\/+/, '');

const damaged = (what: string) =>
  new StageError('permanent', `The archive is damaged: its directory ${what}. Send the document again`);
