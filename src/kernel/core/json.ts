/**
 * The value of a JSON text (RFC 8259). For any other text: throws `toError(cause)` where it is given, and returns undefined,
 * which no JSON text means, where it is not.
 */
export function parseJson(text: string, toError?: (cause: unknown) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (toError) throw toError(cause);
    return undefined;
  }
}
