import { and, desc, eq, gt, isNull, ne } from 'drizzle-orm';
import { oauthClients, sessions, users } from './schema.sqlite.ts';
import type { Database, OAuthClient, Session, User } from './types.ts';
import { writeIfCurrent } from './users.ts';

/** Returns false, without a session, if its user was deactivated or the credentials have changed since they were verified. */
export async function insertSession(db: Database, session: Session): Promise<boolean> {
  return writeIfCurrent(db, session, (tx) => tx.insert(sessions).values(session));
}

/** Stores a grant in the transaction that checked its user. */
export async function insertGrant(tx: Database, grant: Session): Promise<void> {
  await tx.insert(sessions).values(grant);
}

export async function findSession(db: Database, id: string): Promise<Session | undefined> {
  const [session] = await db.select().from(sessions).where(eq(sessions.id, id));
  return session;
}

/** The session and its user as they were at one moment. */
export async function findSessionWithUser(db: Database, id: string): Promise<{ session: Session; user: User } | undefined> {
  const [row] = await db
    .select({ session: sessions, user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.id, id));
  return row;
}

/** The session with its user, unless the session is over, the user inactive, or the session of an earlier epoch. */
export async function findLiveSession(
  db: Database,
  id: string,
  now: number,
): Promise<{ session: Session; user: User } | undefined> {
  const [row] = await db
    .select({ session: sessions, user: users })
    .from(sessions)
    .innerJoin(users, and(eq(users.id, sessions.userId), eq(users.credentialsEpoch, sessions.credentialsEpoch)))
    .where(and(eq(sessions.id, id), isNull(sessions.revokedAt), gt(sessions.expiresAt, now), eq(users.active, true)));
  return row;
}

export interface Rotation {
  readonly generation: number;
  /** The client that the session is a grant for; null for a login. */
  readonly clientId: string | null;
  readonly now: number;
  readonly expiresAt: number;
}

/**
 * Moves a live session from `generation` to the next in one statement; the code of a grant is used up by that. Undefined if
 * another call did, the session ended, or it is another client's.
 */
export async function rotateSession(
  db: Database,
  id: string,
  { generation, clientId, now, expiresAt }: Rotation,
): Promise<Session | undefined> {
  const [session] = await db
    .update(sessions)
    .set({ generation: generation + 1, rotatedAt: now, expiresAt, authorization: null })
    .where(
      and(
        eq(sessions.id, id),
        eq(sessions.generation, generation),
        clientId === null ? isNull(sessions.clientId) : eq(sessions.clientId, clientId),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, now),
      ),
    )
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

/** The user's logins that are neither revoked nor expired, newest first. */
export async function liveSessions(db: Database, userId: string, now: number): Promise<Session[]> {
  return db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, userId), isNull(sessions.clientId), isNull(sessions.revokedAt), gt(sessions.expiresAt, now)))
    .orderBy(desc(sessions.createdAt));
}

export interface Grant {
  readonly session: Session;
  readonly client: OAuthClient;
}

/** The user's grants that are neither revoked nor expired, newest first; also those whose code is not exchanged yet. */
export async function liveGrants(db: Database, userId: string, now: number): Promise<Grant[]> {
  return db
    .select({ session: sessions, client: oauthClients })
    .from(sessions)
    .innerJoin(oauthClients, eq(oauthClients.id, sessions.clientId))
    .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt), gt(sessions.expiresAt, now)))
    .orderBy(desc(sessions.createdAt), desc(sessions.id));
}

/** Revokes the user's sessions but `keep`, and returns their ids. `loginsOnly`: grants of apps stay. */
export async function revokeSessionsOf(
  tx: Database,
  userId: string,
  { keep, reason, now, loginsOnly = false }: { keep: string | null; reason: string; now: number; loginsOnly?: boolean },
): Promise<string[]> {
  const rows = await tx
    .update(sessions)
    .set({ revokedAt: now, revokedReason: reason })
    .where(
      and(
        eq(sessions.userId, userId),
        isNull(sessions.revokedAt),
        keep === null ? undefined : ne(sessions.id, keep),
        loginsOnly ? isNull(sessions.clientId) : undefined,
      ),
    )
    .returning({ id: sessions.id });
  return rows.map(({ id }) => id);
}

/** Takes the user's live session over into `credentialsEpoch`. */
export async function renewSession(tx: Database, { id, userId }: { id: string; userId: string }, credentialsEpoch: number) {
  await tx
    .update(sessions)
    .set({ credentialsEpoch })
    .where(and(eq(sessions.id, id), eq(sessions.userId, userId), isNull(sessions.revokedAt)));
}

/** Records that the session's user proved to be there. Returns false if the session is over, or of another epoch. */
export async function confirmSession(
  db: Database,
  { id, userId, credentialsEpoch }: Pick<Session, 'id' | 'userId' | 'credentialsEpoch'>,
  now: number,
): Promise<boolean> {
  const rows = await db
    .update(sessions)
    .set({ authenticatedAt: now })
    .where(
      and(
        eq(sessions.id, id),
        eq(sessions.userId, userId),
        eq(sessions.credentialsEpoch, credentialsEpoch),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, now),
      ),
    )
    .returning({ id: sessions.id });
  return rows.length > 0;
}
