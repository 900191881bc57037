/** Puts the default tree into an installation that has none. */
import { insertCategories, listCategories } from '../../../src/kernel/db/categories.ts';
import type { Category, Database } from '../../../src/kernel/db/types.ts';
import { type CategoryNode, DEFAULT_TAXONOMY } from './default-tree.ts';

/** The tree as rows, parents before their children. */
export function flattenTree(nodes: readonly CategoryNode[], parentId: string | null = null): Category[] {
  return nodes.flatMap(({ id, label, description, keywords, examples = [], children = [] }, position) => [
    { id, parentId, label, description, keywords: [...keywords], examples: [...examples], position },
    ...flattenTree(children, id),
  ]);
}

/** The categories there are, after the default ones were put in where there were none. Safe to run from several processes. */
export async function ensureTaxonomy(db: Database): Promise<Category[]> {
  const there = await listCategories(db);
  if (there.length > 0) return there;
  await insertCategories(db, flattenTree(DEFAULT_TAXONOMY));
  return listCategories(db);
}
