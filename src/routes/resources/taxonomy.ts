/** GET /taxonomy: the tree of categories. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../../services/context.ts';
import { type CategoryNode, getTaxonomy } from '../../services/taxonomy/get-taxonomy.ts';
import type { AppEnv } from '../env.ts';
import { createRouter, defineRoute, json, problems, requiresScopes } from '../router.ts';

const categorySchema: z.ZodType<CategoryNode> = z
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
  .openapi('Category');

const taxonomyRoute = defineRoute({
  method: 'get',
  path: '/taxonomy',
  tags: ['Taxonomy'],
  summary: 'Read the tree of categories',
  description: 'Examples include the titles of resources whose category the caller corrected.',
  security: requiresScopes('resources:read'),
  responses: {
    200: json('Root categories with their descendants', z.object({ categories: z.array(categorySchema) }).openapi('Taxonomy')),
    ...problems(503),
  },
});

export function createTaxonomyRoutes(context: AppContext): OpenAPIHono<AppEnv> {
  const router = createRouter();
  router.openapi(taxonomyRoute, async (c) => c.json({ categories: await getTaxonomy(context, c.get('actor')) }, 200));
  return router;
}
