/** The worker's HTTP app: the routes of its roles, `/health` and `/metrics`, and errors in the shape of each protocol. */
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { requestId } from 'hono/request-id';
import type { Config } from '../../src/kernel/config/config.ts';
import type { WorkerRole } from '../../src/kernel/config/worker-roles.ts';
import { AppError } from '../../src/kernel/core/errors.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import type { Metrics } from '../../src/kernel/core/metrics.ts';
import type { Clock, Ids } from '../../src/kernel/core/ports.ts';
import type { CountAddress } from '../../src/kernel/rate-limits/address-limits.ts';
import { type HealthStatus, isPathOf, type Role } from '../roles/role.ts';
import { type CallerEnv, requireScope } from './authenticate.ts';
import { type AddressEnv, clientAddress } from './client-address.ts';
import { applyDecision } from './limit-requests.ts';
import { OpenAIError, renderOpenAIError, toOpenAIError } from './openai-error.ts';
import { asAppError, misdirected, problem } from './problem.ts';

export interface WorkerAppDependencies {
  readonly roles: readonly Role[];
  /** Roles that other workers have. Default: none. */
  readonly absent?: readonly WorkerRole[];
  /** With the scope `admin`, guards `/metrics`. */
  readonly authenticate: MiddlewareHandler<CallerEnv>;
  /** Counts a request whose credentials are refused. */
  readonly countAddress: CountAddress;
  readonly config: Pick<Config, 'trustedProxyHops'>;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
  readonly ids: Ids;
}

type Env = { Variables: { requestId: string } & AddressEnv['Variables'] };

/** The first that a role reports is the worker's. */
const UNHEALTHY: readonly HealthStatus[] = ['stopping', 'closed', 'failed', 'loading'];

export function createWorkerApp(dependencies: WorkerAppDependencies) {
  const { roles, absent = [], authenticate, countAddress, config, metrics, log, clock, ids } = dependencies;
  const app = new Hono<Env>();
  app.use(requestId({ generator: () => ids.next() }));
  app.use(clientAddress(config.trustedProxyHops));

  app.get('/health', (c) => {
    const reports = roles.flatMap((role) => role.health?.() ?? []);
    const status = UNHEALTHY.find((unhealthy) => reports.some((report) => report.status === unhealthy)) ?? 'ok';
    const details = Object.assign({}, ...reports.map((report) => report.details)) as Record<string, unknown>;
    return c.json({ status, ...details }, status === 'ok' ? 200 : 503);
  });

  app.get('/metrics', authenticate, requireScope('admin'), async (c) => {
    const exposition = await metrics.expose();
    return c.text(exposition?.text ?? '', 200, { 'Content-Type': exposition?.contentType ?? 'text/plain' });
  });

  for (const { routes } of roles) if (routes) app.route('/', routes);

  app.notFound((c) => {
    const elsewhere = absent.find((role) => isPathOf(role, c.req.path));
    if (elsewhere) return misdirected(c, `This worker does not have the role ${elsewhere}`);
    const detail = 'There is nothing at this path';
    return speaksOpenAI(c) ? renderOpenAIError(c, new OpenAIError(404, detail)) : problem(c, new AppError('not_found', detail));
  });

  app.onError(async (thrown, c) => {
    const error = await countRefusal(thrown, c);
    if (speaksOpenAI(c)) {
      const known = toOpenAIError(error);
      logFailure(c, error, known !== undefined);
      return renderOpenAIError(c, known);
    }
    const known = asAppError(error);
    logFailure(c, error, known !== undefined);
    return problem(c, known);
  });

  /** Counts an error about credentials against the client's address. Returns it, or `rate_limited` after too many. */
  async function countRefusal(error: Error, c: Context<Env>): Promise<Error> {
    if (!isRefusal(error)) return error;
    const decision = await countAddress(c.get('address'));
    return (decision && applyDecision(c, decision, clock.now())) ?? error;
  }

  /** A client that hung up is not logged: it is no fault of the worker. */
  function logFailure(c: Context<Env>, error: unknown, expected: boolean): void {
    if (c.req.raw.signal.aborted) return;
    // `error` is passed as an object, so that the log can redact it: a database error's message holds the query's parameters.
    const fields = { method: c.req.method, path: c.req.path, requestId: c.get('requestId'), error };
    if (expected) log.info('request refused', fields);
    else log.error('request failed', fields);
  }

  return app;
}

/** Whether clients of the path expect errors in OpenAI's shape. */
const speaksOpenAI = (c: Context) => /^\/(?:v1\/|(?:info|embed|metrics)$)/.test(c.req.path);

/** Whether no valid credentials came with the request. */
const isRefusal = (error: Error): boolean =>
  (error instanceof AppError && error.code === 'unauthenticated') ||
  (error instanceof OpenAIError && error.code === 'invalid_api_key');
