/** Query and response fields of lists that are paged newest first. */
import { z } from 'zod';
import { decodePosition, type Position, pageOf } from '../kernel/core/pagination.ts';

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(200).optional(),
});

/** What to fetch for a page: one row more than it shows, below the position in its cursor. Throws `invalid_input`. */
export const toPageQuery = ({ limit, cursor }: z.infer<typeof pageQuery>) => ({
  limit: limit + 1,
  before: decodePosition(cursor),
});

/** The rows of a page, fetched with a limit of one more, and its `next_cursor`; the last page has none. */
export function toPage<T extends Position>(fetched: readonly T[], limit: number) {
  const { rows, nextCursor } = pageOf(fetched, limit);
  return { rows, next: nextCursor === undefined ? {} : { next_cursor: nextCursor } };
}
