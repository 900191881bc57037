import { z } from 'zod';
import { listCategories } from '../../kernel/db/categories.ts';
import { readTaxonomyState } from '../../kernel/db/settings.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { taxonomySchema } from './taxonomy-schemas.ts';
import { toTree } from './tree.ts';

/** Siblings are in the taxonomy's order. */
export const getTaxonomy = operation({
  name: 'taxonomy.get',
  scope: 'resources:read',
  summary: 'Read the tree of categories',
  description: 'The same for all accounts. PUT /taxonomy takes what this answers.',
  destructive: false,
  input: z.object({}),
  output: taxonomySchema,
  run: async ({ db }: Pick<AppContext, 'db'> & Caller) => {
    // In this order: a tree that is newer than its version is refused as a base for changes, an older one would not be.
    const { version } = await readTaxonomyState(db);
    return { version, categories: toTree(await listCategories(db)) };
  },
});
