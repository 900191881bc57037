/** The tree of categories as rows, and back. */
import type { Category } from '../../kernel/db/types.ts';
import type { TaxonomyNode } from '../../kernel/model/taxonomy.ts';

type NewNode = Pick<TaxonomyNode, 'id' | 'label' | 'description' | 'keywords'> &
  Partial<Pick<TaxonomyNode, 'examples'>> & { readonly children?: readonly NewNode[] };

/** The tree as rows, each parent before its children. */
export function flattenTree(nodes: readonly NewNode[], parentId: string | null = null): Category[] {
  return nodes.flatMap(({ id, label, description, keywords, examples = [], children = [] }, position) => [
    { id, parentId, label, description, keywords: [...keywords], examples: [...examples], position },
    ...flattenTree(children, id),
  ]);
}

/** `rows` have siblings in their order. */
export function toTree(rows: readonly Category[]): TaxonomyNode[] {
  const byParent = Map.groupBy(rows, ({ parentId }) => parentId);
  const childrenOf = (parent: string | null): TaxonomyNode[] =>
    (byParent.get(parent) ?? []).map(({ id, label, description, keywords, examples }) => ({
      ...{ id, label, description, keywords, examples },
      children: childrenOf(id),
    }));
  return childrenOf(null);
}

/** Whether both have the same categories, in the same places. */
export function isSameTree(a: readonly Category[], b: readonly Category[]): boolean {
  const inOrder = (rows: readonly Category[]) =>
    JSON.stringify(
      rows
        .map(({ id, parentId, position, label, description, keywords, examples }) => [
          ...[id, parentId, position, label, description],
          ...[keywords, examples],
        ])
        .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)),
    );
  return a.length === b.length && inOrder(a) === inOrder(b);
}
