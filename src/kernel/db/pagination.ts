import { and, type Column, eq, lt, or, type SQL } from 'drizzle-orm';
import type { Position } from '../core/pagination.ts';

/** The condition of a keyset page by creation time and id, newest first: rows below `before`, or all rows without it. */
export function olderThan(
  { createdAt, id }: { readonly createdAt: Column; readonly id: Column },
  before: Position | undefined,
): SQL | undefined {
  if (!before) return undefined;
  return or(lt(createdAt, before.createdAt), and(eq(createdAt, before.createdAt), lt(id, before.id)));
}
