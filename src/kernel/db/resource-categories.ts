/** The categories of all owners' documents, as a change of the tree concerns them. */
import { and, asc, count, eq, gt, inArray, isNotNull, ne, notExists, sql } from 'drizzle-orm';
import { UNCATEGORISED } from '../model/taxonomy.ts';
import { jsonContains } from './json-contains.ts';
import { noteLibraryChange } from './library-notes.ts';
import { categories, resourceStages, resources } from './schema.sqlite.ts';
import type { Database } from './types.ts';

/** Documents of a category; `corrected` of them were filed there by a person. */
export interface CategoryUse {
  readonly category: string;
  readonly documents: number;
  readonly corrected: number;
}

const isCorrected = sql<number>`sum(case when ${jsonContains(resources.edited, 'category')} then 1 else 0 end)`;

/** How many documents have each category themselves, not by one below it. */
export async function countByCategory(db: Database): Promise<CategoryUse[]> {
  const { category } = resources;
  const rows = await db
    .select({ category, documents: count(), corrected: isCorrected.mapWith(Number) })
    .from(resources)
    .where(isNotNull(category))
    .groupBy(category);
  return rows.flatMap(({ category: id, ...counts }) => (id === null ? [] : [{ category: id, ...counts }]));
}

const isCategorised = and(eq(resourceStages.stage, 'taxonomy'), eq(resourceStages.status, 'completed'));

export interface CategorisedDocument {
  readonly id: string;
  /** Of the stage. */
  readonly run: number;
}

/** The documents whose taxonomy stage has completed, by id. */
export async function listCategorised(
  db: Database,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<CategorisedDocument[]> {
  const { resourceId, run } = resourceStages;
  return await db
    .select({ id: resourceId, run })
    .from(resourceStages)
    .where(and(isCategorised, after === undefined ? undefined : gt(resourceId, after)))
    .orderBy(asc(resourceId))
    .limit(limit);
}

export async function countCategorised(db: Database): Promise<number> {
  const [row] = await db.select({ count: count() }).from(resourceStages).where(isCategorised);
  return row?.count ?? 0;
}

/** Documents of one statement. */
const SLICE = 500;

/**
 * Makes documents uncategorised whose category is not in the tree. One that a person had filed there is filed by its text again.
 * Returns how many they are, and how many of them a person had filed.
 */
export async function uncategoriseUnknown(tx: Database, now: number): Promise<Omit<CategoryUse, 'category'>> {
  const { category, edited } = resources;
  const known = tx.select({ one: sql`1` }).from(categories).where(eq(categories.id, category));
  const isUnknown = and(isNotNull(category), ne(category, UNCATEGORISED), notExists(known));
  const total = { documents: 0, corrected: 0 };
  while (true) {
    const slice = tx.select({ id: resources.id }).from(resources).where(isUnknown).orderBy(asc(resources.id)).limit(SLICE);
    const rows = await tx
      .update(resources)
      .set({ category: UNCATEGORISED, categories: [], updatedAt: now })
      .where(and(inArray(resources.id, slice), isUnknown))
      .returning({ id: resources.id, ownerId: resources.ownerId, edited });
    if (rows.length === 0) return total;
    for (const { id, ownerId } of rows) noteLibraryChange(tx, { ownerId, resourceId: id, kind: 'changed' });
    const corrected = rows.filter((row) => row.edited.includes('category'));
    for (const same of Map.groupBy(corrected, (row) => JSON.stringify(row.edited)).values()) {
      const others = (same[0]?.edited ?? []).filter((field) => field !== 'category');
      const ids = same.map(({ id }) => id);
      await tx.update(resources).set({ edited: others }).where(inArray(resources.id, ids));
    }
    total.documents += rows.length;
    total.corrected += corrected.length;
  }
}
