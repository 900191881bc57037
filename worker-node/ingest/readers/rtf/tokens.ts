/** Splits RTF 1.9 into its tokens. */

export type RtfToken =
  | { readonly kind: 'open' | 'close' }
  /** A control word, or a control symbol, whose name is one character. */
  | { readonly kind: 'control'; readonly name: string; readonly value: number | null }
  /** `\'hh`. */
  | { readonly kind: 'byte'; readonly byte: number }
  /** Bytes without line ends. */
  | { readonly kind: 'text'; readonly bytes: Uint8Array };

const OPEN = 0x7b;
const CLOSE = 0x7d;
const BACKSLASH = 0x5c;
const MAX_NAME = 32;
const MAX_DIGITS = 10;

const isLetter = (byte: number) => (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;
const isLineEnd = (byte: number) => byte === 0x0a || byte === 0x0d;
const isSyntax = (byte: number) => byte === OPEN || byte === CLOSE || byte === BACKSLASH;

export function* rtfTokens(bytes: Uint8Array): Generator<RtfToken> {
  let at = 0;

  /** Reads the control that follows a backslash. */
  function control(): RtfToken | null {
    const first = bytes[at];
    if (first === undefined) return null;
    if (!isLetter(first)) {
      at++;
      if (first !== 0x27) return { kind: 'control', name: isLineEnd(first) ? 'par' : String.fromCharCode(first), value: null };
      const digits = String.fromCharCode(...bytes.subarray(at, at + 2));
      if (!/^[\da-f]{2}$/i.test(digits)) return { kind: 'text', bytes: new Uint8Array() };
      at += 2;
      return { kind: 'byte', byte: Number.parseInt(digits, 16) };
    }
    let name = '';
    while (at < bytes.length && isLetter(bytes[at] ?? 0)) {
      if (name.length < MAX_NAME) name += String.fromCharCode(bytes[at] ?? 0);
      at++;
    }
    let digits = bytes[at] === 0x2d && isDigit(bytes[at + 1] ?? 0) ? '-' : '';
    at += digits.length;
    while (isDigit(bytes[at] ?? 0)) {
      if (digits.length < MAX_DIGITS) digits += String.fromCharCode(bytes[at] ?? 0);
      at++;
    }
    if (bytes[at] === 0x20) at++;
    const value = digits === '' ? null : Number(digits);
    // Raw bytes follow, of a picture or an object.
    if (name === 'bin') at += Math.max(0, value ?? 0);
    return { kind: 'control', name, value };
  }

  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    if (byte === OPEN || byte === CLOSE) {
      at++;
      yield { kind: byte === OPEN ? 'open' : 'close' };
    } else if (byte === BACKSLASH) {
      at++;
      const token = control();
      if (token) yield token;
    } else if (isLineEnd(byte)) at++;
    else {
      const start = at;
      while (at < bytes.length && !isSyntax(bytes[at] ?? 0) && !isLineEnd(bytes[at] ?? 0)) at++;
      yield { kind: 'text', bytes: bytes.subarray(start, at) };
    }
  }
}
