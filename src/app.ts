/** The app: its middleware in the order in which requests pass it, its routes, and the one error handler. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { AppError } from './kernel/core/errors.ts';
import { toDatabaseAppError } from './kernel/db/connection-errors.ts';
import { MCP_PATH } from './kernel/model/protected-resources.ts';
import { createAccountPages } from './routes/accounts/account-pages.ts';
import { createOAuthLoginRoutes } from './routes/accounts/oauth.ts';
import { createKeysRoutes } from './routes/accounts/public-keys.ts';
import type { AppEnv } from './routes/env.ts';
import { createMcpRoutes } from './routes/mcp/mcp.ts';
import { accessLog } from './routes/middleware/access-log.ts';
import { guardAccountOperations } from './routes/middleware/account-operation.ts';
import { authenticate } from './routes/middleware/authenticate.ts';
import { bodyLimit } from './routes/middleware/body-limit.ts';
import { clientAddress } from './routes/middleware/client-address.ts';
import { cors } from './routes/middleware/cors.ts';
import { limitUrl } from './routes/middleware/limit-url.ts';
import { declaredOperations, requireDeclaredScopes } from './routes/middleware/operations.ts';
import { publicPaths } from './routes/middleware/public-paths.ts';
import { rateLimit } from './routes/middleware/rate-limit.ts';
import { refuseGrants } from './routes/middleware/refuse-grants.ts';
import { requestId } from './routes/middleware/request-id.ts';
import { requireScope } from './routes/middleware/require-scope.ts';
import { resourceMetadata } from './routes/middleware/resource-metadata.ts';
import { responseHeaders } from './routes/middleware/response-headers.ts';
import { securityHeaders } from './routes/middleware/security-headers.ts';
import { refuseOtherMethods } from './routes/middleware/static-paths.ts';
import { stripApiPrefix } from './routes/middleware/strip-api-prefix.ts';
import { createOperationRoutes } from './routes/mount.ts';
import { createAuthorizeRoutes } from './routes/oauth/authorize.ts';
import { createMetadataRoutes } from './routes/oauth/metadata.ts';
import { createRegistrationRoutes, createTokenRoutes } from './routes/oauth/tokens.ts';
import { isBrowser, sendNotFoundPage } from './routes/page.ts';
import { asAppError, methodNotAllowedProblem, problem } from './routes/problem.ts';
import { createJobRoutes } from './routes/processing/jobs.ts';
import { createProgressRoutes } from './routes/processing/progress.ts';
import { createResourceRoutes } from './routes/resources/resources.ts';
import type { Runtime } from './routes/runtime.ts';
import { createEmbeddingsRoutes } from './routes/search/embeddings.ts';
import { createAssetRoutes } from './routes/system/assets.ts';
import { createConsoleRoutes } from './routes/system/console.ts';
import { createHealthRoutes } from './routes/system/health.ts';
import { createHomeRoutes } from './routes/system/home.ts';
import { createMetricsRoutes } from './routes/system/metrics.ts';
import { createOpenApiRoutes } from './routes/system/openapi.ts';
import { OPERATIONS } from './routes/table.ts';
import { createWebhookRoutes } from './routes/webhooks/webhooks.ts';
import type { AppContext } from './services/context.ts';

export function createApp(context: AppContext, runtime: Runtime): OpenAPIHono<AppEnv> {
  const { config, log } = context;
  const app = new OpenAPIHono<AppEnv>({ getPath: stripApiPrefix });
  const { isPublic, isLimited } = publicPaths(app);
  const operations = declaredOperations(app);

  app.use(responseHeaders(runtime));
  app.use(requestId(context));
  app.use(clientAddress({ trustedHops: config.trustedProxyHops, log, runtime }));
  app.use(accessLog(context));
  app.use(securityHeaders(config));
  app.use(cors(config.cors));
  app.use(MCP_PATH, resourceMetadata(config));
  app.use(authenticate(context, { isPublic }));
  app.use(rateLimit(context, { isLimited, operations }));
  // Runs before routing, so non-admins get the same 403 for existing and missing admin paths.
  app.use('/admin/*', requireScope('admin'));
  app.use('/auth/*', refuseGrants);
  app.use(refuseOtherMethods(app));
  app.use(requireDeclaredScopes(operations));
  app.use('/search', limitUrl('POST /search'));
  guardAccountOperations(app, context);
  app.use(bodyLimit(context, runtime));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: methodNotAllowedProblem }));

  app.route('/', createHomeRoutes({ config }));
  app.route('/', createHealthRoutes(context));
  app.route('/', createMetricsRoutes(context));
  app.route('/', createOpenApiRoutes({ config, described: () => app }));
  app.route('/', createAssetRoutes(runtime));
  app.route('/', createAccountPages());
  app.route('/', createConsoleRoutes({ config, runtime }));
  // In the order in which /openapi.json lists them, and /docs shows them.
  app.route('/', createOperationRoutes(context, OPERATIONS));
  app.route('/', createOAuthLoginRoutes(context));
  app.route('/', createAuthorizeRoutes(context));
  app.route('/', createTokenRoutes(context));
  app.route('/', createRegistrationRoutes(context));
  app.route('/', createMetadataRoutes(context));
  app.route('/', createKeysRoutes(context));
  app.route('/', createResourceRoutes(context, runtime));
  app.route('/', createProgressRoutes(context, runtime));
  app.route('/', createEmbeddingsRoutes(context));
  app.route('/', createMcpRoutes(context));
  app.route('/', createWebhookRoutes(context));
  app.route('/', createJobRoutes(context));

  app.notFound((c) =>
    isBrowser(c) ? sendNotFoundPage(c) : problem(c, new AppError('not_found', 'There is nothing at this path')),
  );

  app.onError((error, c) => {
    context.writeHealth.failed(error);
    const known = c.get('bodyFault') ?? asAppError(error) ?? toDatabaseAppError(error);
    const fields = { requestId: c.get('requestId'), method: c.req.method, path: c.req.path };
    if (known?.code === 'unauthenticated' && isVisit(c)) return sendNotFoundPage(c);
    if (!known) log.error('request failed', { ...fields, error });
    else if (known.cause !== undefined && SERVER_SIDE.has(known.code))
      log.warning('request refused', { ...fields, error: known });
    return problem(c, known);
  });

  return app;
}

/** A person who follows an address, without any credentials. */
const isVisit = (c: Context<AppEnv>): boolean =>
  (c.req.method === 'GET' || c.req.method === 'HEAD') &&
  isBrowser(c) &&
  c.req.header('authorization') === undefined &&
  c.req.header('x-api-key') === undefined;

/** Errors whose cause is on the server's side, and is worth a line in the log. */
const SERVER_SIDE = new Set<AppError['code']>(['unavailable', 'upstream_failed']);
