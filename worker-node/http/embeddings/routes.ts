/** The embedding model over HTTP: two protocols behind one size limit, one authentication and the limits of the user's tier. */
import { Hono, type MiddlewareHandler } from 'hono';
import { BODY } from '../../../src/kernel/core/bounds.ts';
import type { ModelSet } from '../../embedder/models.ts';
import { type CallerEnv, requireScope } from '../authenticate.ts';
import { limitBody } from '../limit-body.ts';
import { OpenAIError } from '../openai-error.ts';
import { createOpenAIRoutes, type OpenAIDependencies } from './openai-routes.ts';
import { createTeiRoutes, type TeiDependencies } from './tei-routes.ts';

export interface EmbeddingsRoutesDependencies extends Omit<OpenAIDependencies, 'models'>, Omit<TeiDependencies, 'models'> {
  readonly models: ModelSet;
  readonly authenticate: MiddlewareHandler<CallerEnv>;
  readonly limitRequests: MiddlewareHandler<CallerEnv>;
}

export function createEmbeddingsRoutes({ authenticate, limitRequests, ...dependencies }: EmbeddingsRoutesDependencies): Hono {
  const app = new Hono();
  const limit = limitBody({
    maxBytes: BODY.embeddings,
    tooLarge: () => new OpenAIError(413, `A request may have ${BODY.embeddings / 1024 / 1024} MB`),
  });
  for (const path of ['/v1/*', '/embed', '/info']) app.use(path, limit, authenticate, requireScope('search'), limitRequests);
  app.route('/v1', createOpenAIRoutes(dependencies));
  app.route('/', createTeiRoutes(dependencies));
  return app;
}
