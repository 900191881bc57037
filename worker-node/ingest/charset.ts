/** Decodes bytes by byte-order mark, declared charset, validity as UTF-8, or a guess, in this order. */
import { detect } from 'chardet';
import sniffHtmlEncoding from 'html-encoding-sniffer';
import { byteOrderMark } from '../../src/kernel/core/byte-order-mark.ts';

/** Browsers search 1024 bytes for `<meta charset>` (WHATWG HTML, "prescan a byte stream"); some pages declare it later. */
const PRESCAN_BYTES = 4096;
const GUESS_BYTES = 65_536;

export interface DecodeOptions {
  /** The charset of the `Content-Type` header. */
  readonly declared: string | null;
  /** Whether `<meta>` elements and an XML declaration may name the charset. */
  readonly html: boolean;
}

/** Never throws: bytes that are invalid in the encoding become U+FFFD. */
export function decodeText(bytes: Uint8Array, { declared, html }: DecodeOptions): string {
  const mark = byteOrderMark(bytes);
  if (mark) return decode(bytes, mark) ?? '';
  const labels = [declared, html ? htmlCharset(bytes) : null].filter((label) => label !== null);
  for (const label of labels) {
    const text = decode(bytes, label, true);
    if (text !== undefined) return text;
  }
  return decode(bytes, 'utf-8', true) ?? decodeByGuess(bytes, labels[0] ?? null);
}

function decodeByGuess(bytes: Uint8Array, declared: string | null): string {
  const label = declared ?? detect(bytes.subarray(0, GUESS_BYTES));
  return (label ? decode(bytes, label) : undefined) ?? decode(bytes, 'windows-1252') ?? '';
}

/** The charset that the page's markup declares; null without one. */
function htmlCharset(bytes: Uint8Array): string | null {
  return sniffHtmlEncoding(bytes, { maxPrescanBytes: PRESCAN_BYTES, defaultEncoding: '' }) || null;
}

/** Undefined for an unknown label, and in strict mode for bytes that are invalid in the encoding. */
function decode(bytes: Uint8Array, label: string, strict = false): string | undefined {
  try {
    return new TextDecoder(label, { fatal: strict }).decode(bytes);
  } catch {
    return undefined;
  }
}
