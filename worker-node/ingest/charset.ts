/** Decodes bytes by byte-order mark, declared charset, validity as UTF-8, or a guess, in this order (WHATWG Encoding). */
import { TextDecoder as LegacyDecoder, labelToName } from '@exodus/bytes/encoding.js';
import { analyse } from 'chardet';
import sniffHtmlEncoding from 'html-encoding-sniffer';
import { byteOrderMark } from '../../src/kernel/core/byte-order-mark.ts';

/** Browsers search 1024 bytes for `<meta charset>` (WHATWG HTML, "prescan a byte stream"); some pages declare it later. */
const PRESCAN_BYTES = 4096;
const SAMPLE_BYTES = 65_536;

export interface DecodeOptions {
  /** The charset of the `Content-Type` header. */
  readonly declared: string | null;
  /** Whether `<meta>` elements and an XML declaration may name the charset. */
  readonly html: boolean;
}

/** Never throws: bytes that are invalid in the encoding become U+FFFD. */
export function decodeText(bytes: Uint8Array, { declared, html }: DecodeOptions): string {
  const mark = byteOrderMark(bytes);
  if (mark) return decode(bytes, mark);
  const names = [charsetName(declared), html ? htmlCharset(bytes) : null].filter((name) => name !== null);
  for (const name of names) {
    const text = decodeValid(bytes, name);
    if (text !== null) return text;
  }
  const wide = names.length === 0 ? unmarkedUtf16(bytes) : null;
  if (wide) return decode(bytes, wide);
  if (names.length === 0 && hasJisEscape(bytes)) return decode(bytes, 'iso-2022-jp');
  return decodeUtf8(bytes) ?? decode(bytes, names.find((name) => name !== 'utf-8') ?? guess(bytes));
}

/** The labels of programs that the standard does not know, as the encoding that each stands for. */
const OTHER_LABELS: readonly [RegExp, string][] = [
  [/^(?:cp|ms|win|windows)[-_]?(125\d|874)$/, 'windows-$1'],
  [/^(?:cp|ms|win|windows)[-_]?936$/, 'gbk'],
  [/^(?:cp|ms|win|windows)[-_]?949$|^uhc$/, 'euc-kr'],
  [/^(?:cp|ms|win|windows)[-_]?950$/, 'big5'],
  [/^(?:cp|ms|win|windows)[-_]?932$/, 'shift_jis'],
  [/^(?:cp|ms|win|windows)[-_]?65001$|^utf_?8$/, 'utf-8'],
  [/^koi8[-_]?(r|u)$/, 'koi8-$1'],
  [/^iso[-_ ]?8859[-_ ]?(\d{1,2})$/, 'iso-8859-$1'],
];

/** The encoding that a label stands for, lower case; null for an unknown one, which declares nothing. */
export function charsetName(label: string | null): string | null {
  const text = label?.trim().toLowerCase() ?? '';
  const known = labelToName(text) ?? labelOfOtherName(text);
  return known === null || known === 'replacement' ? null : known.toLowerCase();
}

function labelOfOtherName(text: string): string | null {
  for (const [pattern, name] of OTHER_LABELS) if (pattern.test(text)) return labelToName(text.replace(pattern, name));
  return null;
}

/** The charset that the page's markup declares; null without one. */
function htmlCharset(bytes: Uint8Array): string | null {
  const name = sniffHtmlEncoding(bytes, { maxPrescanBytes: PRESCAN_BYTES, defaultEncoding: '' });
  return charsetName(name || otherLabelOf(bytes));
}

/** A label of a `<meta>` element outside of comments that the standard's prescan does not know. */
function otherLabelOf(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, PRESCAN_BYTES)).toString('latin1');
  const tags = head.replace(/<!--[\s\S]*?(?:-->|$)/g, '').split('<');
  const labels = tags.map((tag) =>
    /^meta[\s/]/i.test(tag) ? /\bcharset\s{0,20}=[\s"']{0,20}([\w.:-]{1,40})/i.exec(tag)?.[1] : undefined,
  );
  return labels.find((label) => label !== undefined) ?? null;
}

/** Text of two bytes a character has a NUL in most of them where it is Latin, always in the same byte. */
export function unmarkedUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const sample = bytes.subarray(0, SAMPLE_BYTES & ~1);
  if (sample.length < 4 || bytes.length % 2 !== 0) return null;
  const nuls: [number, number] = [0, 0];
  for (const [i, byte] of sample.entries()) if (byte === 0) nuls[i & 1 ? 1 : 0]++;
  const half = sample.length / 2;
  if (nuls[1] > half * 0.3 && nuls[0] === 0) return 'utf-16le';
  return nuls[0] > half * 0.3 && nuls[1] === 0 ? 'utf-16be' : null;
}

/** Whether the text switches to JIS X 0208 and back by escapes, as mails and old pages in Japanese do. */
function hasJisEscape(bytes: Uint8Array): boolean {
  const sample = Buffer.from(bytes.subarray(0, SAMPLE_BYTES));
  if (!sample.includes('\x1b$') || !(sample.includes('\x1b(B') || sample.includes('\x1b(J'))) return false;
  return decodeValid(sample, 'iso-2022-jp', true) !== null;
}

/**
 * The text if the bytes are UTF-8, with U+FFFD for each error, as long as errors are no more than the characters beyond
 * ASCII: other encodings hardly ever form those. Null for anything else.
 */
function decodeUtf8(bytes: Uint8Array): string | null {
  const text = new TextDecoder('utf-8').decode(bytes);
  if (text.length === bytes.length && !text.includes('\ufffd')) return text;
  let errors = 0;
  let characters = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0xfffd) errors++;
    else if (code >= 0x80) characters++;
  }
  return errors <= characters ? text : null;
}

/** The likeliest encoding in which the bytes are valid. */
function guess(bytes: Uint8Array): string {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const names = analyse(sample).map(({ name }) => charsetName(name));
  return names.find((name) => name !== null && name !== 'utf-8' && decodeValid(sample, name, true) !== null) ?? 'windows-1252';
}

/** Null for bytes that are invalid in the encoding; those of a sample may end within a character. */
function decodeValid(bytes: Uint8Array, name: string, isSample = false): string | null {
  try {
    return decoder(name, true).decode(bytes, { stream: isSample });
  } catch {
    return null;
  }
}

const decode = (bytes: Uint8Array, name: string): string => decoder(name, false).decode(bytes);

/** Node's own decoder is faster for UTF-8 and UTF-16; of the legacy encodings it knows other characters than browsers. */
const decoder = (name: string, fatal: boolean) =>
  name.startsWith('utf-') ? new TextDecoder(name, { fatal }) : new LegacyDecoder(name, { fatal });
