/** The ways to send a document and to read it back, which are more than JSON. The other operations on resources are in `routes/table.ts`. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { createRouter } from '../router.ts';
import type { Runtime } from '../runtime.ts';
import { createCreateResourceRoutes } from './create-resource.ts';
import { createReadBackRoutes } from './read-back.ts';

export function createResourceRoutes(
  context: AppContext,
  runtime: Pick<Runtime, 'maxUploadBytes' | 'maxContentBytes'> = {},
): OpenAPIHono<AppEnv> {
  const router = createRouter();
  router.route('/', createCreateResourceRoutes(context, runtime));
  router.route('/', createReadBackRoutes(context, runtime));
  return router;
}
