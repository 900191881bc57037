/** The app: the order in which a request meets its middleware, its routes, and the one error handler. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { AppError } from './kernel/core/errors.ts';
import { isDatabaseAway, isTooLarge } from './kernel/db/connection-errors.ts';
import { createAccountPages } from './routes/accounts/account-pages.ts';
import { createAdminUserRoutes } from './routes/accounts/admin-users.ts';
import { createApiKeyRoutes } from './routes/accounts/api-keys.ts';
import { createAuthRoutes } from './routes/accounts/auth.ts';
import { createOAuthLoginRoutes } from './routes/accounts/oauth.ts';
import { createOAuthEndpoints } from './routes/accounts/oauth-endpoints.ts';
import { createPasswordRoutes } from './routes/accounts/passwords.ts';
import { createRateLimitStatusRoutes } from './routes/accounts/rate-limit-status.ts';
import type { AppEnv } from './routes/env.ts';
import { accessLog } from './routes/middleware/access-log.ts';
import { authenticate } from './routes/middleware/authenticate.ts';
import { bodyLimit } from './routes/middleware/body-limit.ts';
import { clientAddress } from './routes/middleware/client-address.ts';
import { cors } from './routes/middleware/cors.ts';
import { isLimitedPath, isPublicPath } from './routes/middleware/public-paths.ts';
import { requestId } from './routes/middleware/request-id.ts';
import { requireScope } from './routes/middleware/require-scope.ts';
import { responseHeaders } from './routes/middleware/response-headers.ts';
import { securityHeaders } from './routes/middleware/security-headers.ts';
import { allowStreamTickets } from './routes/middleware/stream-tickets.ts';
import { stripApiPrefix } from './routes/middleware/strip-api-prefix.ts';
import { asAppError, methodNotAllowed, problem } from './routes/problem.ts';
import { createAdminJobRoutes } from './routes/processing/admin-jobs.ts';
import { createJobRoutes } from './routes/processing/jobs.ts';
import { createProgressRoutes } from './routes/processing/progress.ts';
import { createResourceRoutes } from './routes/resources/resources.ts';
import type { Runtime } from './routes/runtime.ts';
import { createSearchRoutes } from './routes/search/search.ts';
import { createAssetRoutes } from './routes/system/assets.ts';
import { createDocsRoutes } from './routes/system/docs.ts';
import { createHealthRoutes } from './routes/system/health.ts';
import { createHomeRoutes } from './routes/system/home.ts';
import { createMetricsRoutes } from './routes/system/metrics.ts';
import { createCallbackRoutes } from './routes/webhooks/callbacks.ts';
import { createWebhookRoutes } from './routes/webhooks/webhooks.ts';
import type { AppContext } from './services/context.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export function createApp(services: AppContext, runtime: Runtime): OpenAPIHono<AppEnv> {
  const { config, log } = services;
  const app = new OpenAPIHono<AppEnv>({ getPath: stripApiPrefix });

  app.use(responseHeaders(runtime));
  app.use(requestId(services));
  app.use(clientAddress({ trustedHops: config.trustedProxyHops, log, runtime }));
  app.use(accessLog(services));
  app.use(securityHeaders(config));
  app.use(cors(config.cors));
  app.use(
    allowStreamTickets(
      services,
      authenticate(services, { isOpen: (_method, path) => isPublicPath(path), isLimited: isLimitedPath }),
    ),
  );
  // Before any route: for who is no admin, every path below is alike, those that do not exist included.
  app.use('/admin/*', requireScope('admin'));
  app.use(bodyLimit(runtime));

  app.route('/', createHomeRoutes({ config, runtime }));
  app.route('/', createHealthRoutes(services));
  app.route('/', createMetricsRoutes(services));
  app.route('/', createDocsRoutes({ config, runtime, described: () => app }));
  app.route('/', createAssetRoutes(runtime));
  app.route('/', createAccountPages(runtime));
  app.route('/', createAuthRoutes(services));
  app.route('/', createOAuthEndpoints(services));
  app.route('/', createOAuthLoginRoutes(services));
  app.route('/', createApiKeyRoutes(services));
  app.route('/', createRateLimitStatusRoutes(services));
  app.route('/', createPasswordRoutes(services));
  app.route('/', createAdminUserRoutes(services));
  app.route('/', createAdminJobRoutes(services));
  app.route('/', createResourceRoutes(services, runtime));
  app.route('/', createProgressRoutes(services, runtime));
  app.route('/', createSearchRoutes(services));
  app.route('/', createCallbackRoutes(services));
  app.route('/', createWebhookRoutes(services));
  app.route('/', createJobRoutes(services));

  app.notFound((c) => {
    const allowed = METHODS.filter((method) => hasRoute(app, method, c.req.path));
    if (allowed.length > 0 && !allowed.includes(c.req.method)) return methodNotAllowed(c, allowed);
    return problem(c, new AppError('not_found', 'There is nothing at this path'));
  });

  app.onError((error, c) => {
    const known = asAppError(error) ?? ofDatabase(error);
    const context = { requestId: c.get('requestId'), method: c.req.method, path: c.req.path };
    if (!known) log.error('request failed', { ...context, error });
    else if (known.cause !== undefined && SERVER_SIDE.has(known.code))
      log.warning('request refused', { ...context, error: known });
    return problem(c, known);
  });

  return app;
}

const SERVER_SIDE = new Set<AppError['code']>(['unavailable', 'upstream_failed']);

function ofDatabase(cause: unknown): AppError | undefined {
  if (isTooLarge(cause)) return new AppError('payload_too_large', 'This is larger than the database takes', { cause });
  if (!isDatabaseAway(cause)) return undefined;
  return new AppError('unavailable', 'The database cannot be reached right now', { cause, retryAfter: 5 });
}

/** Whether a handler of its own, middleware aside, stands at `path` for `method`. */
function hasRoute(app: OpenAPIHono<AppEnv>, method: string, path: string): boolean {
  return app.router.match(method, path)[0].some(([[, route]]) => route.method === method);
}
