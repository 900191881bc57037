/** Keeps the default taxonomy in a database that has no other. */
import { hash } from 'node:crypto';
import { insertCategories, listCategories, rewriteCategories } from '../../../src/kernel/db/categories.ts';
import type { Category, Database } from '../../../src/kernel/db/types.ts';
import { type CategoryNode, DEFAULT_TAXONOMY } from './default-tree/index.ts';

/** The tree as rows, each parent before its children. */
export function flattenTree(nodes: readonly CategoryNode[], parentId: string | null = null): Category[] {
  return nodes.flatMap(({ id, label, description, keywords, examples = [], children = [] }, position) => [
    { id, parentId, label, description, keywords: [...keywords], examples: [...examples], position },
    ...flattenTree(children, id),
  ]);
}

/** Digests of default trees of earlier versions, which have the same ids as today's. */
const EARLIER_TREES: ReadonlySet<string> = new Set(['913881f74ebf434dce51f85c48f1224b31cc0994408ce4a6b4bbe9df56080c0a']);

/**
 * Returns all categories. Inserts the default ones first if there are none, and rewrites those of an earlier version that an
 * admin has not changed. Safe to run in several processes at once.
 */
export async function ensureTaxonomy(db: Database): Promise<Category[]> {
  const existing = await listCategories(db);
  if (existing.length === 0) await insertCategories(db, flattenTree(DEFAULT_TAXONOMY));
  else if (EARLIER_TREES.has(digestOf(existing))) await rewriteCategories(db, flattenTree(DEFAULT_TAXONOMY));
  else return existing;
  return listCategories(db);
}

function digestOf(categories: readonly Category[]): string {
  const sorted = [...categories].sort((a, b) => (a.id < b.id ? -1 : 1));
  const rows = sorted.map(({ id, parentId, label, description, keywords, examples, position }) => [
    ...[id, parentId, label, description],
    ...[keywords, examples, position],
  ]);
  return hash('sha256', JSON.stringify(rows), 'hex');
}
