import { and, type Column, eq, lt, or, type SQL } from 'drizzle-orm';
import type { Position } from '../core/pagination.ts';

/** What a list by creation time and id, newest first, goes on with after `before`; all of it without. */
export function olderThan(
  { createdAt, id }: { readonly createdAt: Column; readonly id: Column },
  before: Position | undefined,
): SQL | undefined {
  if (!before) return undefined;
  return or(lt(createdAt, before.createdAt), and(eq(createdAt, before.createdAt), lt(id, before.id)));
}
