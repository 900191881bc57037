/** Pages of rows that are listed newest first, by creation time and id. */
import { z } from '@hono/zod-openapi';
import { decodeCursor, encodeCursor } from '../kernel/core/pagination.ts';

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(200).optional(),
});

type Position = [createdAt: number, id: string];
const isPosition = (value: unknown): value is Position =>
  Array.isArray(value) && value.length === 2 && Number.isSafeInteger(value[0]) && typeof value[1] === 'string';

/** Where the page before ended. Throws `invalid_input` for a cursor that is none. */
export function positionOf(cursor: string | undefined) {
  if (cursor === undefined) return undefined;
  const [createdAt, id] = decodeCursor(cursor, isPosition);
  return { createdAt, id };
}

/** One row more than the page was asked for: whether there is a next page, and from where. */
export function paged<T extends { createdAt: number; id: string }>(found: readonly T[], limit: number) {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: found.length > limit && last ? { next_cursor: encodeCursor([last.createdAt, last.id]) } : {} };
}
