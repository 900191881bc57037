/** Where a page of hits ended. */
import { decodeCursor, encodeCursor } from '../../../src/kernel/core/pagination.ts';

export interface SearchCursor {
  /** The version of the library whose order of hits the pages show. */
  readonly version: number;
  /** What the last hit is ordered by. Hits of one score are ordered by id. */
  readonly score: number;
  readonly id: string;
  /** Hits on the pages so far. */
  readonly position: number;
  /** Tells questions apart: the cursor of one is refused by another. */
  readonly question: number;
}

export const encodeSearchCursor = ({ version, score, id, position, question }: SearchCursor): string =>
  encodeCursor([version, score, id, position, question]);

/** Throws `invalid_input` for a cursor of another question or list. */
export function decodeSearchCursor(cursor: string, question: number): SearchCursor {
  const [version, score, id, position] = decodeCursor(
    cursor,
    (value): value is [number, number, string, number, number] => isCursor(value) && value[4] === question,
  );
  return { version, score, id, position, question };
}

const isCursor = (value: unknown): value is [number, number, string, number, number] =>
  Array.isArray(value) &&
  value.length === 5 &&
  Number.isSafeInteger(value[0]) &&
  typeof value[1] === 'number' &&
  typeof value[2] === 'string' &&
  Number.isSafeInteger(value[3]) &&
  value[3] >= 0 &&
  typeof value[4] === 'number';

/** FNV-1a, 32 bits. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
