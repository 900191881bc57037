/** The counts of categories as a tree of two levels. */
import type { KnownCategory } from '../../api/taxonomy.ts';
import type { FacetValue } from './facet-list.tsx';

/** Roots by their sums, each followed by its categories with hits by their counts. */
export function treeOf(values: readonly FacetValue[], known: ReadonlyMap<string, KnownCategory>): FacetValue[] {
  const roots = new Map<string, { count: number; children: FacetValue[] }>();
  for (const { value, count } of values) {
    const root = rootOf(value, known)?.id ?? value;
    const sum = roots.get(root) ?? { count: 0, children: [] };
    sum.count += count;
    if (root !== value) sum.children.push({ value, count });
    roots.set(root, sum);
  }
  const byCount = (a: FacetValue, b: FacetValue) => b.count - a.count || (a.value < b.value ? -1 : 1);
  return [...roots]
    .map(([value, { count, children }]) => ({ value, count, children: children.sort(byCount) }))
    .sort(byCount)
    .flatMap(({ value, count, children }) => [{ value, count }, ...children]);
}

/** The root above a category; undefined while the tree is not known, or where it has no such category. */
export function rootOf(id: string, known: ReadonlyMap<string, KnownCategory>): KnownCategory | undefined {
  let category = known.get(id);
  while (category?.parent) category = category.parent;
  return category;
}
