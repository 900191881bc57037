import { and, asc, eq, inArray } from 'drizzle-orm';
import { storedFormsOf, toStoredKey, withStoredKeys } from './index-keys.ts';
import { isOwnedBy } from './owned.ts';
import { resourceIdentifiers } from './schema.sqlite.ts';
import type { Database } from './types.ts';

export interface ResourceIdentifier {
  readonly resourceId: string;
  readonly key: string;
  readonly ownerId: string;
}

/** Replaces the identifiers under which a resource can be cited. They are read as they are stored. */
export async function replaceIdentifiers(
  db: Database,
  { resourceId, ownerId, keys }: { resourceId: string; ownerId: string; keys: readonly string[] },
): Promise<void> {
  const own = and(eq(resourceIdentifiers.resourceId, resourceId), isOwnedBy(resourceIdentifiers.ownerId, ownerId));
  await db.delete(resourceIdentifiers).where(own);
  const stored = await storedIdentifiers(keys);
  await insertIdentifiers(
    db,
    stored.map((key) => ({ resourceId, key, ownerId })),
  );
}

/** Inserts identifiers that have their keys in the stored form. */
export async function insertIdentifiers(db: Database, rows: readonly ResourceIdentifier[]): Promise<void> {
  if (rows.length > 0) await db.insert(resourceIdentifiers).values([...rows]);
}

/** Identifiers as they are read, without duplicates. */
export async function storedIdentifiers(keys: readonly string[]): Promise<string[]> {
  return [...new Set(await Promise.all(keys.map(toStoredKey)))];
}

export async function listIdentifiers(db: Database, resourceId: string): Promise<string[]> {
  const rows = await db
    .select({ key: resourceIdentifiers.key })
    .from(resourceIdentifiers)
    .where(eq(resourceIdentifiers.resourceId, resourceId))
    .orderBy(asc(resourceIdentifiers.key));
  return Promise.all(rows.map(({ key }) => toStoredKey(key)));
}

/** The owner's resources that have one of `keys`. */
export async function findByIdentifiers(db: Database, ownerId: string, keys: readonly string[]): Promise<ResourceIdentifier[]> {
  if (keys.length === 0) return [];
  const rows = await db
    .select()
    .from(resourceIdentifiers)
    .where(and(eq(resourceIdentifiers.ownerId, ownerId), inArray(resourceIdentifiers.key, await storedFormsOf(keys))))
    .orderBy(asc(resourceIdentifiers.key), asc(resourceIdentifiers.resourceId));
  return withStoredKeys(rows, 'key');
}
