import { and, desc, eq, gt, isNull } from 'drizzle-orm';
import { sessions } from './schema.sqlite.ts';
import type { Database, Session } from './types.ts';

export async function insertSession(db: Database, session: Session): Promise<void> {
  await db.insert(sessions).values(session);
}

export async function findSession(db: Database, id: string): Promise<Session | undefined> {
  const [session] = await db.select().from(sessions).where(eq(sessions.id, id));
  return session;
}

/** Moves a live session from `generation` to the next in one statement. Undefined if another call did, or the session ended. */
export async function rotateSession(
  db: Database,
  id: string,
  generation: number,
  { now, expiresAt }: { now: number; expiresAt: number },
): Promise<Session | undefined> {
  const [session] = await db
    .update(sessions)
    .set({ generation: generation + 1, rotatedAt: now, expiresAt })
    .where(and(eq(sessions.id, id), eq(sessions.generation, generation), isNull(sessions.revokedAt), gt(sessions.expiresAt, now)))
    .returning();
  return session;
}

/** Returns the session if this call revoked it; undefined if it was revoked before or does not exist. */
export async function revokeSession(db: Database, id: string, reason: string, now: number): Promise<Session | undefined> {
  const [session] = await db
    .update(sessions)
    .set({ revokedAt: now, revokedReason: reason })
    .where(and(eq(sessions.id, id), isNull(sessions.revokedAt)))
    .returning();
  return session;
}

/** The user's sessions that are neither revoked nor expired, newest first. */
export async function liveSessions(db: Database, userId: string, now: number): Promise<Session[]> {
  return db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt), gt(sessions.expiresAt, now)))
    .orderBy(desc(sessions.createdAt));
}
