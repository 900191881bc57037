import { eq, sql } from 'drizzle-orm';
import { callbackSecrets } from './schema.sqlite.ts';
import type { CallbackSecret, Database } from './types.ts';

/** The owner's secret; undefined until one is made. */
export async function findCallbackSecret(db: Database, ownerId: string): Promise<CallbackSecret | undefined> {
  const [known] = await db.select().from(callbackSecrets).where(eq(callbackSecrets.ownerId, ownerId));
  return known;
}

/** The owner's secret. Without one, `fresh` becomes it; concurrent callers all get the one that was stored. */
export async function ensureCallbackSecret(db: Database, ownerId: string, fresh: string, now: number): Promise<CallbackSecret> {
  const known = await findCallbackSecret(db, ownerId);
  if (known) return known;
  const row = { ownerId, secret: fresh, previousSecret: null, previousExpiresAt: null, createdAt: now };
  await db.insert(callbackSecrets).values(row).onConflictDoNothing();
  return (await findCallbackSecret(db, ownerId)) ?? row;
}

/** Makes `fresh` the owner's secret. The previous one stays valid until `previousExpiresAt` (Unix ms). */
export async function rotateCallbackSecret(
  db: Database,
  ownerId: string,
  { fresh, now, previousExpiresAt }: { fresh: string; now: number; previousExpiresAt: number },
): Promise<CallbackSecret> {
  const [row] = await db
    .insert(callbackSecrets)
    .values({ ownerId, secret: fresh, previousSecret: null, previousExpiresAt: null, createdAt: now })
    .onConflictDoUpdate({
      target: callbackSecrets.ownerId,
      set: { secret: fresh, previousSecret: sql`${callbackSecrets.secret}`, previousExpiresAt, createdAt: now },
    })
    .returning();
  return row as CallbackSecret;
}
