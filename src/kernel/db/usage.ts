/** What an owner has stored, for quotas. */
import { count, eq, sql } from 'drizzle-orm';
import { resources } from './schema.sqlite.ts';
import type { Database } from './types.ts';

export interface Usage {
  readonly documents: number;
  /** Bytes of the sources as they were sent or fetched. */
  readonly bytes: number;
}

/** Read from an index alone. */
export async function usageOf(db: Database, ownerId: string): Promise<Usage> {
  const [row] = await db
    .select({ documents: count(), bytes: sql<number | string>`coalesce(sum(${resources.bytes}), 0)` })
    .from(resources)
    .where(eq(resources.ownerId, ownerId));
  return { documents: row?.documents ?? 0, bytes: Number(row?.bytes ?? 0) };
}
