/** Inserts the default taxonomy into a database without categories. */
import { insertCategories, listCategories } from '../../../src/kernel/db/categories.ts';
import type { Category, Database } from '../../../src/kernel/db/types.ts';
import { type CategoryNode, DEFAULT_TAXONOMY } from './default-tree.ts';

/** The tree as rows, each parent before its children. */
export function flattenTree(nodes: readonly CategoryNode[], parentId: string | null = null): Category[] {
  return nodes.flatMap(({ id, label, description, keywords, examples = [], children = [] }, position) => [
    { id, parentId, label, description, keywords: [...keywords], examples: [...examples], position },
    ...flattenTree(children, id),
  ]);
}

/** Returns all categories; inserts the default ones first if there are none. Safe to run in several processes at once. */
export async function ensureTaxonomy(db: Database): Promise<Category[]> {
  const existing = await listCategories(db);
  if (existing.length > 0) return existing;
  await insertCategories(db, flattenTree(DEFAULT_TAXONOMY));
  return listCategories(db);
}
