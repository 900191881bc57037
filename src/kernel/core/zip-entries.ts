/** What a ZIP archive says of its entries. Nothing is inflated: this tells formats apart, and readers check everything again. */

const MAX_ENTRIES = 2_000;
const MAX_COMMENT = 65_535;
const END_LENGTH = 22;
const CENTRAL_LENGTH = 46;
const LOCAL_LENGTH = 30;

const latin1 = (bytes: Uint8Array, start: number, length: number) =>
  String.fromCharCode(...bytes.subarray(start, start + Math.min(length, 1_024)));

/** The names in the central directory, at most 2,000; undefined where there is none, as in a file that was cut. */
export function zipEntryNames(bytes: Uint8Array): string[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === undefined) return undefined;
  const names: string[] = [];
  let at = view.getUint32(end + 16, true);
  while (names.length < MAX_ENTRIES && at + CENTRAL_LENGTH <= end && view.getUint32(at, true) === 0x02014b50) {
    const nameLength = view.getUint16(at + 28, true);
    names.push(latin1(bytes, at + CENTRAL_LENGTH, nameLength));
    at += CENTRAL_LENGTH + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return names;
}

/** What the first entry holds if it is stored and named `mimetype`, as in EPUB and OpenDocument; empty otherwise. */
export function zipMimetype(bytes: Uint8Array): string {
  if (bytes.byteLength < LOCAL_LENGTH) return '';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nameLength = view.getUint16(26, true);
  if (view.getUint16(8, true) !== 0 || latin1(bytes, LOCAL_LENGTH, nameLength) !== 'mimetype') return '';
  const content = LOCAL_LENGTH + nameLength + view.getUint16(28, true);
  return latin1(bytes, content, Math.min(view.getUint32(18, true), 200)).trim();
}

/** The offset of the end of the central directory record. */
function findEnd(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - END_LENGTH - MAX_COMMENT);
  for (let at = view.byteLength - END_LENGTH; at >= first; at--) if (view.getUint32(at, true) === 0x06054b50) return at;
  return undefined;
}
