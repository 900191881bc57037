import { and, gt, inArray } from 'drizzle-orm';
import { revocations } from './schema.sqlite.ts';
import type { Database } from './types.ts';

export async function insertRevocation(db: Database, key: string, expiresAt: number, now: number): Promise<void> {
  await db
    .insert(revocations)
    .values({ key, expiresAt, createdAt: now })
    .onConflictDoUpdate({ target: revocations.key, set: { expiresAt } });
}

export async function anyRevoked(db: Database, keys: readonly string[], now: number): Promise<boolean> {
  const rows = await db
    .select({ key: revocations.key })
    .from(revocations)
    .where(and(inArray(revocations.key, [...keys]), gt(revocations.expiresAt, now)))
    .limit(1);
  return rows.length > 0;
}
