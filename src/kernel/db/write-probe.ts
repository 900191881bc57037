/** Whether the database takes writes. */
import { and, gte, lt } from 'drizzle-orm';
import { insertRevocations } from './revocations.ts';
import { revocations } from './schema.sqlite.ts';
import type { Database } from './types.ts';

/** 64 KB in all: on a full disk one small row may still fit into a page that is there. */
const KEYS = Array.from({ length: 256 }, (_, i) => `probe:${i}:`.padEnd(256, '.'));

/** Writes rows that have expired and names no token, and deletes them. Rejects as the database does. */
export async function probeWrites(db: Database, now: number): Promise<void> {
  await insertRevocations(db, KEYS, now, now);
  await db.delete(revocations).where(and(gte(revocations.key, 'probe:'), lt(revocations.key, 'probe;')));
}
