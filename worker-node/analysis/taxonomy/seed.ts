/** Keeps the default taxonomy in a database that has no other. */
import { hash } from 'node:crypto';
import { insertCategories, listCategories, rewriteCategories } from '../../../src/kernel/db/categories.ts';
import { lockTaxonomy, putTaxonomyState, readTaxonomyState } from '../../../src/kernel/db/settings.ts';
import type { Category, Database } from '../../../src/kernel/db/types.ts';
import { flattenTree } from '../../../src/services/taxonomy/tree.ts';
import { DEFAULT_TAXONOMY } from './default-tree/index.ts';

/** Digests of default trees of earlier versions, which have the same ids as today's. */
const EARLIER_TREES: ReadonlySet<string> = new Set(['913881f74ebf434dce51f85c48f1224b31cc0994408ce4a6b4bbe9df56080c0a']);

/**
 * Writes the default tree unless there is another, and rewrites that of an earlier version, which no admin has changed. A tree
 * that an admin has left empty stays so. Safe to run in several processes at once.
 */
export async function ensureTaxonomy(db: Database, now: number): Promise<void> {
  const { version, origin } = await readTaxonomyState(db);
  if (version > 0 && (origin === 'admin' || !isEarlier(await listCategories(db)))) return;
  await db.transaction(async (tx) => {
    await lockTaxonomy(tx, now);
    const state = await readTaxonomyState(tx);
    if (state.origin === 'admin') return;
    const existing = await listCategories(tx);
    if (existing.length === 0) await insertCategories(tx, flattenTree(DEFAULT_TAXONOMY));
    else if (isEarlier(existing)) await rewriteCategories(tx, flattenTree(DEFAULT_TAXONOMY));
    else if (state.version > 0) return;
    await putTaxonomyState(tx, { version: state.version + 1, origin: 'default' }, now);
  });
}

const isEarlier = (categories: readonly Category[]) => EARLIER_TREES.has(digestOf(categories));

function digestOf(categories: readonly Category[]): string {
  const sorted = [...categories].sort((a, b) => (a.id < b.id ? -1 : 1));
  const rows = sorted.map(({ id, parentId, label, description, keywords, examples, position }) => [
    ...[id, parentId, label, description],
    ...[keywords, examples, position],
  ]);
  return hash('sha256', JSON.stringify(rows), 'hex');
}
