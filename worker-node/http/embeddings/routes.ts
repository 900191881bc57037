/** The embedding model over HTTP: two protocols behind one size limit and one authentication. */
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { OpenAIError } from '../openai-error.ts';
import { createOpenAIRoutes, type OpenAIDependencies } from './openai-routes.ts';
import { createTeiRoutes, type TeiDependencies } from './tei-routes.ts';

export interface EmbeddingsRoutesDependencies extends OpenAIDependencies, TeiDependencies {
  readonly authenticate: MiddlewareHandler;
}

/** Bytes of a body: several times 2,048 texts of the size of a chunk. */
const MAX_BODY = 16 * 1024 * 1024;

export function createEmbeddingsRoutes({ authenticate, ...dependencies }: EmbeddingsRoutesDependencies): Hono {
  const app = new Hono();
  const limit = bodyLimit({
    maxSize: MAX_BODY,
    onError: () => {
      throw new OpenAIError(413, `A request may have ${MAX_BODY / 1024 / 1024} MB`);
    },
  });
  for (const path of ['/v1/*', '/embed']) app.use(path, limit, authenticate);
  app.use('/info', authenticate);
  app.route('/v1', createOpenAIRoutes(dependencies));
  app.route('/', createTeiRoutes(dependencies));
  return app;
}
