/** The app: the order in which a request meets its middleware, its routes, and the one error handler. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { isDatabaseAway, isTooLarge } from './kernel/db/availability.ts';
import { AppError } from './kernel/errors.ts';
import type { Services } from './kernel/services.ts';
import { accessLog } from './routes/access-log.ts';
import { createAccountPages } from './routes/account-pages.ts';
import { createAdminJobRoutes } from './routes/admin-jobs.ts';
import { createAdminUserRoutes } from './routes/admin-users.ts';
import { answerHeaders } from './routes/answer-header.ts';
import { canonicalPath } from './routes/api-alias.ts';
import { createApiKeyRoutes } from './routes/api-keys.ts';
import { createAssetRoutes } from './routes/assets.ts';
import { createAuthRoutes } from './routes/auth.ts';
import { authenticate } from './routes/authenticate.ts';
import { bodyLimit } from './routes/body-limit.ts';
import { createCallbackRoutes } from './routes/callbacks.ts';
import { clientAddress } from './routes/client-address.ts';
import { cors } from './routes/cors.ts';
import { createDocsRoutes } from './routes/docs.ts';
import type { AppEnv } from './routes/env.ts';
import { createHealthRoutes } from './routes/health.ts';
import { createHomeRoutes } from './routes/home.ts';
import { createJobRoutes } from './routes/jobs.ts';
import { createMetricsRoutes } from './routes/metrics.ts';
import { createOAuthRoutes } from './routes/oauth.ts';
import { isLimitedPath, isOpenPath } from './routes/open-paths.ts';
import { createPasswordRoutes } from './routes/passwords.ts';
import { asAppError, methodNotAllowed, problem } from './routes/problem.ts';
import { createProgressRoutes } from './routes/progress.ts';
import { createRateLimitRoutes } from './routes/rate-limit.ts';
import { requestId } from './routes/request-id.ts';
import { requireScope } from './routes/require-scope.ts';
import { createResourceRoutes } from './routes/resources.ts';
import type { Runtime } from './routes/runtime.ts';
import { createSearchRoutes } from './routes/search.ts';
import { securityHeaders } from './routes/security-headers.ts';
import { allowTickets } from './routes/tickets.ts';
import { createTokenManagementRoutes } from './routes/token-management.ts';
import { createWebhookRoutes } from './routes/webhooks.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export function createApp(services: Services, runtime: Runtime): OpenAPIHono<AppEnv> {
  const { config, log } = services;
  const app = new OpenAPIHono<AppEnv>({ getPath: canonicalPath });

  app.use(answerHeaders(runtime));
  app.use(requestId(services));
  app.use(clientAddress({ trustedHops: config.trustedProxyHops, log, runtime }));
  app.use(accessLog(services));
  app.use(securityHeaders(config));
  app.use(cors(config.cors));
  app.use(
    allowTickets(services, authenticate(services, { isOpen: (_method, path) => isOpenPath(path), isLimited: isLimitedPath })),
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
  app.route('/', createTokenManagementRoutes(services));
  app.route('/', createOAuthRoutes(services));
  app.route('/', createApiKeyRoutes(services));
  app.route('/', createRateLimitRoutes(services));
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
