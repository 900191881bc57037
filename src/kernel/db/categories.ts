import { asc, eq } from 'drizzle-orm';
import { categories } from './schema.sqlite.ts';
import type { Category, Database } from './types.ts';

/** The whole tree, flat, in the order of its siblings. */
export async function listCategories(db: Database): Promise<Category[]> {
  return await db.select().from(categories).orderBy(asc(categories.position), asc(categories.id));
}

export async function findCategory(db: Database, id: string): Promise<Category | undefined> {
  const [found] = await db.select().from(categories).where(eq(categories.id, id)).limit(1);
  return found;
}

/** Parents must come before their children. A category that is there already stays as it is. */
export async function insertCategories(db: Database, rows: readonly Category[]): Promise<void> {
  if (rows.length > 0)
    await db
      .insert(categories)
      .values([...rows])
      .onConflictDoNothing();
}
