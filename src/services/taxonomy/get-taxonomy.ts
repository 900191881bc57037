import { listCategories } from '../../kernel/db/categories.ts';
import { listCorrected } from '../../kernel/db/resources.ts';
import type { Category } from '../../kernel/db/types.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { requireScope } from '../require-scope.ts';

export interface CategoryNode {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly keywords: readonly string[];
  /** The taxonomy's examples, then the titles of the actor's resources whose category was corrected to this one. */
  readonly examples: readonly string[];
  readonly children: readonly CategoryNode[];
}

/** The root categories with their subtrees; siblings in the taxonomy's order. */
export async function getTaxonomy({ db }: Pick<AppContext, 'db'>, actor: Actor): Promise<CategoryNode[]> {
  requireScope(actor, 'resources:read');
  const corrected = Map.groupBy(await listCorrected(db, actor.userId), ({ category }) => category);
  const byParent = Map.groupBy(await listCategories(db), ({ parentId }) => parentId);

  function toNode({ id, label, description, keywords, examples }: Category): CategoryNode {
    const own = (corrected.get(id) ?? []).flatMap(({ title }) => (title === null ? [] : [title]));
    return { id, label, description, keywords, examples: [...examples, ...own], children: childrenOf(id) };
  }
  const childrenOf = (parent: string | null): CategoryNode[] => (byParent.get(parent) ?? []).map(toNode);

  return childrenOf(null);
}
