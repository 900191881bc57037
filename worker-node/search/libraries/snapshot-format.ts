/** The head of a snapshot: what the library is made by. Its index follows, which has checksums of its own. */
import { crc32 } from 'node:zlib';
import { z } from 'zod';

/** The number rises with what the analysis makes of a text, too. */
const MAGIC = Buffer.from('PHAROS library 4\n');
/** Bytes of the length and of the checksum of the header, after the magic. */
const LENGTH_BYTES = 8;
const HEADER_AT = MAGIC.length + LENGTH_BYTES;
/** The largest header. */
export const HEADER_MAX_BYTES = 4_096;

const headerSchema = z.strictObject({
  ownerId: z.string(),
  model: z.string().nullable(),
  version: z.int().nonnegative(),
  changeId: z.string().nullable(),
  /** Bytes of the index. */
  length: z.int().nonnegative(),
});
export type SnapshotHeader = z.infer<typeof headerSchema>;

export function encodeSnapshotHeader(header: SnapshotHeader): Uint8Array {
  const json = Buffer.from(JSON.stringify(header));
  if (HEADER_AT + json.length > HEADER_MAX_BYTES) throw new RangeError('the header of the snapshot is too long');
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(json.length, 0);
  length.writeUInt32LE(crc32(json), 4);
  return Buffer.concat([MAGIC, length, json]);
}

/** Throws an Error that says what is wrong with the file that begins with these bytes. */
export function readSnapshotHeader(bytes: Buffer): { readonly header: SnapshotHeader; readonly end: number } {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error('the file is no snapshot of this format');
  if (bytes.length < HEADER_AT) throw new Error('the snapshot is cut');
  const end = HEADER_AT + bytes.readUInt32LE(MAGIC.length);
  const json = bytes.subarray(HEADER_AT, end);
  if (json.length < end - HEADER_AT) throw new Error('the snapshot is cut');
  if (crc32(json) !== bytes.readUInt32LE(MAGIC.length + 4)) throw new Error('the header of the snapshot is damaged');
  return { header: headerSchema.parse(JSON.parse(json.toString())), end };
}

/** Throws an Error that says what is wrong with the file. The index is a part of `bytes`. */
export function decodeSnapshot(bytes: Buffer): { readonly header: SnapshotHeader; readonly index: Uint8Array } {
  const { header, end } = readSnapshotHeader(bytes);
  const index = bytes.subarray(end);
  if (index.length !== header.length) throw new Error('the snapshot is cut, or longer than it says');
  return { header, index };
}
