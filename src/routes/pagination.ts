/** Query and response fields of lists that are paged newest first. */
import { z } from '@hono/zod-openapi';
import { type Position, pageOf } from '../kernel/core/pagination.ts';

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(200).optional(),
});

/** The rows of a page, fetched with a limit of one more, and its `next_cursor`; the last page has none. */
export function toPage<T extends Position>(fetched: readonly T[], limit: number) {
  const { rows, nextCursor } = pageOf(fetched, limit);
  return { rows, next: nextCursor === undefined ? {} : { next_cursor: nextCursor } };
}
