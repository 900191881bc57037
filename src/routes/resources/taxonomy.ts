/** The tree of categories. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../../services/context.ts';
import { type CategoryNode, getTaxonomy } from '../../services/taxonomy/get-taxonomy.ts';
import type { AppEnv } from '../env.ts';
import { createRouter, json, problems, requiresScopes } from '../router.ts';

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

const taxonomyRoute = createRoute({
  method: 'get',
  path: '/taxonomy',
  tags: ['Taxonomy'],
  summary: 'The tree of categories',
  description: 'Examples include the titles of your own resources whose category you corrected.',
  security: requiresScopes('resources:read'),
  responses: {
    200: json('Roots and what is below them', z.object({ categories: z.array(categorySchema) }).openapi('Taxonomy')),
    ...problems(401, 403, 503),
  },
});

export function createTaxonomyRoutes(services: AppContext): OpenAPIHono<AppEnv> {
  const router = createRouter();
  router.openapi(taxonomyRoute, async (c) => c.json({ categories: await getTaxonomy(services, c.get('actor')) }, 200));
  return router;
}
