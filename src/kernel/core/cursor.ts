/** Page cursors: opaque to clients, checked when they come back. */
import { AppError } from './errors.ts';

/** Base64url (RFC 4648 section 5) of the JSON of `value`, without padding. */
export function encodeCursor(value: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** What `encodeCursor` was given. Throws `invalid_input` on whatever `isValid` does not accept. */
export function decodeCursor<T>(cursor: string, isValid: (value: unknown) => value is T): T {
  const value = parse(cursor);
  if (isValid(value)) return value;
  const message = 'is not a cursor that this list gave out';
  throw new AppError('invalid_input', `cursor ${message}`, { errors: [{ path: 'cursor', message }] });
}

function parse(cursor: string): unknown {
  if (!/^[\w-]+$/.test(cursor)) return undefined;
  try {
    const binary = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return undefined;
  }
}
