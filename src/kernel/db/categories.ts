/** The tree of categories as rows. `settings.ts` has its version. */
import { asc, eq } from 'drizzle-orm';
import { batchesOf } from './batches.ts';
import { categories } from './schema.sqlite.ts';
import type { Category, Database } from './types.ts';

/** The whole tree as a flat list, siblings in their order. */
export async function listCategories(db: Database): Promise<Category[]> {
  return await db.select().from(categories).orderBy(asc(categories.position), asc(categories.id));
}

export async function findCategory(db: Database, id: string): Promise<Category | undefined> {
  const [found] = await db.select().from(categories).where(eq(categories.id, id)).limit(1);
  return found;
}

/** Inserts the categories that do not exist yet. Parents must come before their children. */
export async function insertCategories(db: Database, rows: readonly Category[]): Promise<void> {
  if (rows.length > 0)
    await db
      .insert(categories)
      .values([...rows])
      .onConflictDoNothing();
}

/** Rewrites categories that exist, by id; all or none. */
export async function rewriteCategories(db: Database, rows: readonly Category[]): Promise<void> {
  await db.transaction(async (tx) => {
    for (const { id, ...fields } of rows) await tx.update(categories).set(fields).where(eq(categories.id, id));
  });
}

/** Makes `rows` the whole tree. Parents must come before their children. */
export async function replaceCategories(tx: Database, rows: readonly Category[]): Promise<void> {
  await tx.delete(categories);
  for (const batch of batchesOf(rows)) await tx.insert(categories).values(batch);
}
