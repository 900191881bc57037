/** The tree of categories. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Services } from '../kernel/services.ts';
import { type CategoryNode, getTaxonomy } from '../library/get-taxonomy.ts';
import type { AppEnv } from './env.ts';
import { createRouter, json, lockedFor, problems } from './router.ts';

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
  security: lockedFor('resources:read'),
  responses: {
    200: json('Roots and what is below them', z.object({ categories: z.array(categorySchema) }).openapi('Taxonomy')),
    ...problems(401, 403, 503),
  },
});

export function createTaxonomyRoutes(services: Services): OpenAPIHono<AppEnv> {
  const router = createRouter();
  router.openapi(taxonomyRoute, async (c) => c.json({ categories: await getTaxonomy(services, c.get('actor')) }, 200));
  return router;
}
