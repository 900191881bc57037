/** Fails on bytes that are not UTF-8, and drops a byte-order mark, which RFC 8259 section 8.1 lets a reader ignore. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** The characters of a JSON text in bytes. Throws TypeError for bytes that are not UTF-8. */
export const decodeJson = (bytes: Uint8Array): string => utf8.decode(bytes);

/**
 * The value of a JSON text (RFC 8259), or of the bytes of one. For anything else: throws `toError(cause)` where it is
 * given, and returns undefined, which no JSON text means, where it is not.
 */
export function parseJson(text: string | Uint8Array, toError?: (cause: unknown) => Error): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : decodeJson(text));
  } catch (cause) {
    if (toError) throw toError(cause);
    return undefined;
  }
}

/** What is wrong with a JSON text, by the error of its parser: the place if V8 names it, and never a part of the text. */
export function explainJsonError(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : '';
  const [, position, line, column] = /at position (\d+)(?: \(line (\d+) column (\d+)\))?/.exec(message) ?? [];
  if (cause instanceof TypeError) return 'The JSON is not valid: it is not UTF-8';
  if (/^Unexpected end|^Unterminated/.test(message)) return 'The JSON is not valid: it ends too early';
  if (line !== undefined) return `The JSON is not valid at line ${line}, column ${column}`;
  return position === undefined ? 'The JSON is not valid' : `The JSON is not valid at position ${position}`;
}
