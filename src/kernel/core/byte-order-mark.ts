/** The encoding that a byte-order mark at the start of `bytes` declares (WHATWG Encoding, "BOM sniff"); null without one. */
export function byteOrderMark(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}

/** Whether `bytes` begin with the mark of UTF-16, whose text holds NUL bytes. */
export const isMarkedUtf16 = (bytes: Uint8Array) => byteOrderMark(bytes)?.startsWith('utf-16') === true;
