/** The embedding model over HTTP: two protocols behind one size limit, one authentication and the limits of the user's tier. */
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { type CallerEnv, requireScope } from '../authenticate.ts';
import { OpenAIError } from '../openai-error.ts';
import { createOpenAIRoutes, type OpenAIDependencies } from './openai-routes.ts';
import { createTeiRoutes, type TeiDependencies } from './tei-routes.ts';

export interface EmbeddingsRoutesDependencies extends OpenAIDependencies, TeiDependencies {
  readonly authenticate: MiddlewareHandler<CallerEnv>;
  readonly limitRequests: MiddlewareHandler<CallerEnv>;
}

/** Bytes of a body: several times 2,048 texts of the size of a chunk. */
const MAX_BODY = 16 * 1024 * 1024;

export function createEmbeddingsRoutes({ authenticate, limitRequests, ...dependencies }: EmbeddingsRoutesDependencies): Hono {
  const app = new Hono();
  const limit = bodyLimit({
    maxSize: MAX_BODY,
    onError: () => {
      throw new OpenAIError(413, `A request may have ${MAX_BODY / 1024 / 1024} MB`);
    },
  });
  for (const path of ['/v1/*', '/embed', '/info']) app.use(path, limit, authenticate, requireScope('search'), limitRequests);
  app.route('/v1', createOpenAIRoutes(dependencies));
  app.route('/', createTeiRoutes(dependencies));
  return app;
}
