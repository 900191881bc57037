/** Bytes -> text: by byte-order mark, declaration, validity as UTF-8, and last by guessing. */
import { detect } from 'chardet';

const META_BYTES = 4096;
const GUESS_BYTES = 65_536;

/** Never fails: bytes that are wrong in the encoding become U+FFFD. `declared` is the charset of the HTTP header. */
export function decodeText(bytes: Uint8Array, { declared, html }: { declared: string | null; html: boolean }): string {
  const marked = byteOrderMark(bytes);
  if (marked) return decode(bytes, marked) ?? '';
  const named = [declared, html ? metaCharset(bytes) : null].filter((label) => label !== null);
  for (const label of named) {
    const text = decode(bytes, label, true);
    if (text !== undefined) return text;
  }
  return decode(bytes, 'utf-8', true) ?? guess(bytes, named[0] ?? null);
}

function guess(bytes: Uint8Array, declared: string | null): string {
  const label = declared ?? detect(bytes.subarray(0, GUESS_BYTES));
  return (label ? decode(bytes, label) : undefined) ?? decode(bytes, 'windows-1252') ?? '';
}

function byteOrderMark(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}

/** `<meta charset>` or its http-equiv form, within the first bytes (the WHATWG prescan reads 1024; some pages are later). */
function metaCharset(bytes: Uint8Array): string | null {
  const head = String.fromCharCode(...bytes.subarray(0, META_BYTES));
  const label =
    /<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w:.-]+)/i.exec(head)?.[1] ??
    /<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w:.-]+)/.exec(head)?.[1];
  // A page whose ASCII we could read is not UTF-16, whatever it says.
  return label === undefined || /^utf-?16/i.test(label) ? null : label;
}

/** Undefined for a label nobody knows, and with `strict` for bytes that are wrong in it. */
function decode(bytes: Uint8Array, label: string, strict = false): string | undefined {
  try {
    return new TextDecoder(label, { fatal: strict }).decode(bytes);
  } catch {
    return undefined;
  }
}
