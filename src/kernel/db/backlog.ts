/** How much is still to be done, for whom. */
import { and, eq, is, sql } from 'drizzle-orm';
import { PgDatabase } from 'drizzle-orm/pg-core';
import { isUnfinished } from './jobs.ts';
import { jobs, users } from './schema.sqlite.ts';
import type { Database } from './types.ts';

/**
 * Until its end this transaction adds to the owner's backlog beside others that share it, or alone: what is counted after
 * this is then all there is. SQLite lets one transaction write at a time anyway. A row is locked, not an advisory lock
 * taken, for those are not to be had behind every pooler; whatever refers to the row shares it by itself.
 */
export async function lockBacklog(tx: Database, ownerId: string, how: 'shared' | 'alone'): Promise<void> {
  if (!is(tx, PgDatabase)) return;
  const lock = how === 'shared' ? sql`for key share` : sql`for update`;
  await tx.execute(sql`select 1 from ${users} where ${users.id} = ${ownerId} ${lock}`);
}

/** Whether `ownerId` has at least `limit` jobs that are neither done nor given up. */
export async function isBacklogFull(db: Database, ownerId: string, limit: number): Promise<boolean> {
  const last = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.ownerId, ownerId), isUnfinished))
    .limit(1)
    .offset(limit - 1);
  return last.length > 0;
}
