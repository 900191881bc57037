/** The tree of categories as JSON: as it is answered, and as an admin may send it. */
import { z } from 'zod';
import { CATEGORY_ID, TAXONOMY_BOUNDS as MAX, type TaxonomyNode, UNCATEGORISED } from '../../kernel/model/taxonomy.ts';

export const categorySchema: z.ZodType<TaxonomyNode, TaxonomyNode> = z
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

export const versionField = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);

export const taxonomySchema = z
  .object({
    version: versionField.meta({ description: 'Rises with every change of the tree; it is the ETag, too' }),
    categories: z.array(categorySchema),
  })
  .meta({ id: 'Taxonomy' });

const line = (max: number) => z.string().trim().min(1).max(max);

type NewCategory = Omit<TaxonomyNode, 'children'> & { readonly children: readonly NewCategory[] };
/** What may be left out is empty. */
interface GivenCategory extends Pick<TaxonomyNode, 'id' | 'label'> {
  readonly description?: string | undefined;
  readonly keywords?: readonly string[] | undefined;
  readonly examples?: readonly string[] | undefined;
  readonly children?: readonly GivenCategory[] | undefined;
}

const newCategorySchema: z.ZodType<NewCategory, GivenCategory> = z
  .strictObject({
    id: z
      .string()
      .max(MAX.id)
      .regex(CATEGORY_ID, 'must be of small letters and digits, joined by dots or hyphens')
      .refine((id) => id !== UNCATEGORISED, 'is kept for documents without a category')
      .meta({ example: 'science.earth', description: 'Documents refer to it: keep it when the label changes' }),
    label: line(MAX.label),
    description: z.string().trim().max(MAX.description).default(''),
    keywords: z.array(line(MAX.keyword)).max(MAX.keywords).default([]),
    examples: z
      .array(line(MAX.example))
      .max(MAX.examples)
      .default([])
      .meta({ description: 'Titles or sentences of documents that belong here' }),
    get children() {
      return z.array(newCategorySchema).max(MAX.categories).default([]);
    },
  })
  .meta({ id: 'NewCategory' });

/** Refuses a second category with an id, more levels and more categories than there may be. */
function checkTree(roots: readonly NewCategory[], context: z.RefinementCtx): void {
  const issue = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  const ids = new Set<string>();
  let count = 0;
  const visit = (nodes: readonly NewCategory[], path: readonly (string | number)[], level: number): void => {
    if (nodes.length > 0 && level > MAX.depth) {
      issue([...path], `is a level too many: a tree has at most ${MAX.depth}`);
      return;
    }
    for (const [index, { id, children }] of nodes.entries()) {
      count++;
      if (ids.has(id)) issue([...path, index, 'id'], 'is the id of another category, too');
      ids.add(id);
      visit(children, [...path, index, 'children'], level + 1);
    }
  };
  visit(roots, [], 1);
  if (count > MAX.categories) issue([], `has ${count} categories: a tree has at most ${MAX.categories}`);
}

export const newTreeField = z.array(newCategorySchema).max(MAX.categories).superRefine(checkTree);
