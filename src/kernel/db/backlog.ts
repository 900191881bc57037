/** The limit on an owner's unfinished jobs, exact under concurrent inserts. */
import { and, eq, is, sql } from 'drizzle-orm';
import { PgDatabase } from 'drizzle-orm/pg-core';
import { isUnfinished } from './jobs.ts';
import { jobs, users } from './schema.sqlite.ts';
import type { Database } from './types.ts';

/**
 * Locks the owner's backlog until the transaction ends: `shared` admits other transactions that add jobs, `alone` does not, so
 * a count after it is exact. SQLite runs one writing transaction at a time anyway. It locks the user's row, because advisory
 * locks do not work behind every pooler; inserts that reference the row take the shared lock by themselves.
 */
export async function lockBacklog(tx: Database, ownerId: string, how: 'shared' | 'alone'): Promise<void> {
  if (!is(tx, PgDatabase)) return;
  const lock = how === 'shared' ? sql`for key share` : sql`for update`;
  await tx.execute(sql`select 1 from ${users} where ${users.id} = ${ownerId} ${lock}`);
}

/** Whether the owner has at least `limit` unfinished jobs. */
export async function isBacklogFull(db: Database, ownerId: string, limit: number): Promise<boolean> {
  const last = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.ownerId, ownerId), isUnfinished))
    .limit(1)
    .offset(limit - 1);
  return last.length > 0;
}
