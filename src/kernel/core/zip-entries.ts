/** What a ZIP archive says of its entries. Nothing is inflated: this tells formats apart, and readers check everything again. */

const MAX_ENTRIES = 2_000;
const MAX_COMMENT = 65_535;
const END_LENGTH = 22;
const CENTRAL_LENGTH = 46;
const LOCAL_LENGTH = 30;

const latin1 = (bytes: Uint8Array, start: number, length: number) =>
  String.fromCharCode(...bytes.subarray(start, start + Math.min(length, 1_024)));

interface Entry {
  readonly name: string;
  readonly isStored: boolean;
  readonly size: number;
  /** Where its local header is. */
  readonly offset: number;
}

/** The names in the central directory, at most 2,000; undefined where there is none, as in a file that was cut. */
export const zipEntryNames = (bytes: Uint8Array): string[] | undefined => entriesOf(bytes)?.map(({ name }) => name);

/**
 * What the entry named `mimetype` holds if it is stored, as in EPUB and OpenDocument; empty otherwise. It should be the first
 * one, and is not after a person packed the files again.
 */
export function zipMimetype(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const listed = entriesOf(bytes)?.find(({ name }) => name === 'mimetype');
  const at = listed?.isStored ? listed.offset : 0;
  if (at + LOCAL_LENGTH > bytes.byteLength) return '';
  const nameLength = view.getUint16(at + 26, true);
  if (view.getUint16(at + 8, true) !== 0 || latin1(bytes, at + LOCAL_LENGTH, nameLength) !== 'mimetype') return '';
  const content = at + LOCAL_LENGTH + nameLength + view.getUint16(at + 28, true);
  return latin1(bytes, content, Math.min(listed?.size ?? view.getUint32(at + 18, true), 200)).trim();
}

function entriesOf(bytes: Uint8Array): Entry[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === undefined) return undefined;
  const entries: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  while (entries.length < MAX_ENTRIES && at + CENTRAL_LENGTH <= end && view.getUint32(at, true) === 0x02014b50) {
    const nameLength = view.getUint16(at + 28, true);
    entries.push({
      name: latin1(bytes, at + CENTRAL_LENGTH, nameLength),
      isStored: view.getUint16(at + 10, true) === 0,
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    });
    at += CENTRAL_LENGTH + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/** The offset of the end of the central directory record. */
function findEnd(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - END_LENGTH - MAX_COMMENT);
  for (let at = view.byteLength - END_LENGTH; at >= first; at--) if (view.getUint32(at, true) === 0x06054b50) return at;
  return undefined;
}
