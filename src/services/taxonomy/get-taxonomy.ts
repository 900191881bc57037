import { z } from 'zod';
import { listCategories } from '../../kernel/db/categories.ts';
import { listCorrected } from '../../kernel/db/resources.ts';
import type { Category } from '../../kernel/db/types.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';

interface CategoryNode {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly keywords: readonly string[];
  /** The taxonomy's examples, then the titles of the actor's resources whose category was corrected to this one. */
  readonly examples: readonly string[];
  readonly children: readonly CategoryNode[];
}

const categorySchema: z.ZodType<CategoryNode, CategoryNode> = z
  .object({
    id: z.string(),
    label: z.string(),
    description: z.string(),
    keywords: z.array(z.string()),
    examples: z.array(z.string()),
    get children() {
      return z.array(categorySchema);
    },
  })
  .meta({ id: 'Category' });

/** Siblings are in the taxonomy's order. */
export const getTaxonomy = operation({
  name: 'taxonomy.get',
  scope: 'resources:read',
  summary: 'Read the tree of categories',
  description: 'Examples include the titles of resources whose category the caller corrected.',
  destructive: false,
  input: z.object({}),
  output: z.object({ categories: z.array(categorySchema) }).meta({ id: 'Taxonomy' }),
  run: async ({ db, actor }: Pick<AppContext, 'db'> & Caller) => {
    const corrected = Map.groupBy(await listCorrected(db, actor.userId), ({ category }) => category);
    const byParent = Map.groupBy(await listCategories(db), ({ parentId }) => parentId);

    function toNode({ id, label, description, keywords, examples }: Category): CategoryNode {
      const own = (corrected.get(id) ?? []).flatMap(({ title }) => (title === null ? [] : [title]));
      return { id, label, description, keywords, examples: [...examples, ...own], children: childrenOf(id) };
    }
    const childrenOf = (parent: string | null): CategoryNode[] => (byParent.get(parent) ?? []).map(toNode);

    return { categories: childrenOf(null) };
  },
});
