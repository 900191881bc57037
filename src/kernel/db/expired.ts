import { lt } from 'drizzle-orm';
import { idempotencyKeys, revocations, sessions } from './schema.sqlite.ts';
import type { Database } from './types.ts';

export interface ExpiredRows {
  readonly sessions: number;
  readonly revocations: number;
  readonly idempotencyKeys: number;
}

/** Deletes what expired before `now` (Unix ms): by their own rules these rows decide nothing any more. */
export async function deleteExpired(db: Database, now: number): Promise<ExpiredRows> {
  const [gone, forgotten, answered] = [
    await db.delete(sessions).where(lt(sessions.expiresAt, now)).returning({ id: sessions.id }),
    await db.delete(revocations).where(lt(revocations.expiresAt, now)).returning({ key: revocations.key }),
    await db.delete(idempotencyKeys).where(lt(idempotencyKeys.expiresAt, now)).returning({ key: idempotencyKeys.key }),
  ];
  return { sessions: gone.length, revocations: forgotten.length, idempotencyKeys: answered.length };
}
