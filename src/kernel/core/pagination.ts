/** Keyset pagination: opaque cursors, and pages of rows listed newest first by creation time and id. */
import { base64url } from 'jose';
import { AppError } from './errors.ts';

/** Where a page ended: the next one continues below it. */
export interface Position {
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly id: string;
}

/** Base64url (RFC 4648 section 5) of the JSON of `value`, without padding. */
export function encodeCursor(value: unknown): string {
  return base64url.encode(JSON.stringify(value));
}

/** The value given to `encodeCursor`. Throws `invalid_input` for any cursor whose value `isValid` does not accept. */
export function decodeCursor<T>(cursor: string, isValid: (value: unknown) => value is T): T {
  const value = parse(cursor);
  if (isValid(value)) return value;
  const message = 'is not a cursor that this list returned';
  throw new AppError('invalid_input', `cursor ${message}`, { errors: [{ path: 'cursor', message }] });
}

/** The position in a cursor of `pageOf`; undefined without a cursor. Throws `invalid_input` for any other text. */
export function decodePosition(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const [createdAt, id] = decodeCursor(cursor, isPair);
  return { createdAt, id };
}

/** The first `limit` of rows fetched with a limit of one more; that one row says whether a next page exists. */
export function pageOf<T extends Position>(fetched: readonly T[], limit: number): { rows: readonly T[]; nextCursor?: string } {
  const rows = fetched.slice(0, limit);
  const last = rows.at(-1);
  if (!last || fetched.length <= limit) return { rows };
  return { rows, nextCursor: encodeCursor([last.createdAt, last.id]) };
}

const isPair = (value: unknown): value is [createdAt: number, id: string] =>
  Array.isArray(value) && value.length === 2 && Number.isSafeInteger(value[0]) && typeof value[1] === 'string';

function parse(cursor: string): unknown {
  if (!/^[\w-]+$/.test(cursor)) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(base64url.decode(cursor)));
  } catch {
    return undefined;
  }
}
