/** The encodings that RTF names by numbers, as labels of the WHATWG standard. */

const CODE_PAGES: Readonly<Record<number, string>> = {
  866: 'ibm866',
  874: 'windows-874',
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  1361: 'euc-kr',
  10000: 'macintosh',
  10007: 'x-mac-cyrillic',
  54936: 'gb18030',
  65001: 'utf-8',
};

/** The character sets of fonts. */
const CHARACTER_SETS: Readonly<Record<number, string>> = {
  77: 'macintosh',
  128: 'shift_jis',
  129: 'euc-kr',
  130: 'euc-kr',
  134: 'gbk',
  136: 'big5',
  161: 'windows-1253',
  162: 'windows-1254',
  163: 'windows-1258',
  177: 'windows-1255',
  178: 'windows-1256',
  186: 'windows-1257',
  204: 'windows-1251',
  222: 'windows-874',
  238: 'windows-1250',
};

/** Undefined for a code page that no label has. */
export const labelOfCodePage = (page: number): string | undefined =>
  page >= 1250 && page <= 1258 ? `windows-${page}` : CODE_PAGES[page];

/** Undefined for the character set of the document. */
export const labelOfCharacterSet = (set: number): string | undefined => CHARACTER_SETS[set];

const decoders = new Map<string, TextDecoder>();

export function decodeBytes(bytes: readonly number[], label: string): string {
  const decoder = decoders.get(label) ?? new TextDecoder(label);
  decoders.set(label, decoder);
  return decoder.decode(Uint8Array.from(bytes));
}
