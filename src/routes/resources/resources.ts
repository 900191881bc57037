/** The ways to send a document, which are more than JSON. The other operations on resources are in `routes/table.ts`. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { createRouter } from '../router.ts';
import type { Runtime } from '../runtime.ts';
import { createCreateResourceRoutes } from './create-resource.ts';

export function createResourceRoutes(context: AppContext, runtime: Pick<Runtime, 'maxUploadBytes'> = {}): OpenAPIHono<AppEnv> {
  const router = createRouter();
  router.route('/', createCreateResourceRoutes(context, runtime));
  return router;
}
