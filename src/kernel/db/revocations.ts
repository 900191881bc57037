import { and, gt, gte, inArray } from 'drizzle-orm';
import { batchesOf } from './batches.ts';
import { revocations } from './schema.sqlite.ts';
import type { Database } from './types.ts';

export async function insertRevocation(db: Database, key: string, expiresAt: number, now: number): Promise<void> {
  await insertRevocations(db, [key], expiresAt, now);
}

export async function insertRevocations(db: Database, keys: readonly string[], expiresAt: number, now: number): Promise<void> {
  for (const batch of batchesOf(keys)) {
    await db
      .insert(revocations)
      .values(batch.map((key) => ({ key, expiresAt, createdAt: now })))
      .onConflictDoUpdate({ target: revocations.key, set: { expiresAt } });
  }
}

/** Whether one of `keys` is revoked at `now` (Unix ms). */
export async function anyRevoked(db: Database, keys: readonly string[], now: number): Promise<boolean> {
  const rows = await db
    .select({ key: revocations.key })
    .from(revocations)
    .where(and(inArray(revocations.key, [...keys]), gt(revocations.expiresAt, now)))
    .limit(1);
  return rows.length > 0;
}

/** Revocations that have not expired at `now` (Unix ms), at most `limit`. */
export async function liveRevocations(db: Database, now: number, limit: number): Promise<{ key: string; expiresAt: number }[]> {
  return db
    .select({ key: revocations.key, expiresAt: revocations.expiresAt })
    .from(revocations)
    .where(gt(revocations.expiresAt, now))
    .limit(limit);
}

/** Revocations written at or after `since` that have not expired at `now`; both in Unix ms. */
export async function revocationsSince(db: Database, since: number, now: number): Promise<{ key: string; expiresAt: number }[]> {
  return db
    .select({ key: revocations.key, expiresAt: revocations.expiresAt })
    .from(revocations)
    .where(and(gte(revocations.createdAt, since), gt(revocations.expiresAt, now)));
}
