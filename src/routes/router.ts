/** What every route file is built from: a router, route definitions, and the parts that OpenAPI descriptions share. */
import { createRoute, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import type { Scope } from '../kernel/model/actor.ts';
import { FRESH_SECONDS } from '../kernel/model/sessions.ts';
import type { AccountLevel } from '../services/accounts/account-session.ts';
import { invalidFields } from '../services/invalid-fields.ts';
import type { AppEnv } from './env.ts';
import { jsonBodyCheck } from './middleware/json-body.ts';
import { ROUTES } from './routes.ts';
import { tagOf } from './tags.ts';

/** A router whose failed validation throws `invalid_input` with the path of every field. */
export function createRouter(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidFields(result.error, result.target);
    },
  });
}

type Security = Record<string, string[]>[];

/** `security` of an operation. The scope is that of OAuth 2: the other schemes have none. API keys cannot do account operations. */
export function securityOf(scope: Scope | 'public' | null, level?: AccountLevel): Security {
  if (scope === 'public') return [];
  const token = [{ oauth2: scope === null ? [] : [scope] }, { bearer: [] }];
  return level ? token : [...token, { apiKey: [] }];
}

/** `resources.get` in the form that generated clients name functions by: `resourcesGet`. */
export const operationIdOf = (name: string) => name.replace(/\.(\w)/g, (_all, letter: string) => letter.toUpperCase());

/** What `ROUTES` says of a route, in the terms of OpenAPI. Throws if the route is not listed. */
export function describeRoute(method: string, path: string) {
  const key = `${method.toUpperCase()} ${path}`;
  const listed = ROUTES[key];
  if (!listed) throw new Error(`${key} is neither an operation of routes/table.ts nor listed in routes/routes.ts`);
  const { name, scope, account: level, summary, description: text, internal = false } = listed;
  return {
    level,
    description: {
      operationId: operationIdOf(name),
      tags: [tagOf(name)],
      summary,
      ...(text === undefined ? {} : { description: text }),
      security: securityOf(scope, level),
      ...(internal ? { hide: true } : {}),
    },
  };
}

/** Describes a route whose handler is registered without validation, because it reads its body itself. */
export function describeOnly(router: OpenAPIHono<AppEnv>, { middleware, ...route }: RouteConfig): void {
  router.openAPIRegistry.registerPath(route);
}

export interface RouteOptions {
  /** The status of input that the schema refuses. Default: 422. */
  readonly invalidInput?: 400 | 422;
}

/**
 * Hono's `createRoute`, plus what `ROUTES` lists, and the problems that follow from the definition: those of
 * `impliedProblems`, 400, 408, 413, 415 and 422 for an operation with a body, 422 for one with parameters. `responses` names the
 * others. A JSON body is checked against the bounds of all JSON before its schema sees it. An account operation takes access
 * tokens only, and responds with 401 where the login is not recent.
 */
export function defineRoute<
  P extends string,
  R extends Omit<RouteConfig, 'path' | 'security' | 'summary' | 'tags'> & { path: P },
>(config: R, { invalidInput = 422 }: RouteOptions = {}) {
  const { request, middleware = [], responses } = config;
  const { level, description } = describeRoute(config.method, config.path);
  const { security } = description;
  const implied = [
    ...(request?.body ? [400, 408, 413, 415, invalidInput] : []),
    ...(request?.params || request?.query || request?.headers ? [invalidInput] : []),
  ];
  const takesJson = request?.body?.content['application/json'] !== undefined;
  const checks = takesJson ? [jsonBodyCheck] : [];
  return createRoute<P, R>({
    ...description,
    ...config,
    // Behind the route's own, so that the body is read only when they have let the request pass.
    middleware: [middleware, checks].flat(),
    responses: { ...impliedProblems(security), ...problems(...implied), ...(level === 'fresh' ? notFresh : {}), ...responses },
  });
}

/**
 * Limits on requests and headers hold everywhere. Where credentials are needed, they may be missing or wrong, may lack a
 * scope, or may be a wrong API key, and the database that knows them may be away.
 */
export const impliedProblems = (security: Security) => problems(...(security.length === 0 ? [] : [401, 403, 503]), 429, 431);

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    request_id: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem', { description: 'RFC 9457 problem details' });

/** 431 is sent before a request is read, so that it names neither an address nor an id. */
const unreadSchema = problemSchema.partial({ instance: true, request_id: true }).openapi('UnreadProblem');

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The request cannot be read',
  401: 'The credentials are missing or not valid',
  403: 'The credentials do not allow this operation',
  404: 'The caller has no such resource',
  408: 'The body arrives too slowly',
  409: 'The request conflicts with the current state',
  410: 'The link was used, or has expired',
  412: 'It has changed since the version that the request names',
  413: 'The body is too large',
  414: 'The address is too long; ask by POST',
  415: 'The content type is not supported',
  422: 'A field is not valid',
  429: 'The caller has sent too many requests',
  431: 'The request line and headers are larger than 16 KB',
  501: 'This installation is not configured for the operation',
  502: 'Another service failed',
  503: 'The database cannot be reached, or too much is waiting',
};

/** OpenAPI `responses` of the errors that an operation can respond with. */
export function problems(...statuses: number[]) {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: PROBLEMS[status] ?? 'Error',
        content: { 'application/problem+json': { schema: status === 431 ? unreadSchema : problemSchema } },
      },
    ]),
  );
}

/** 401 of an operation that needs a recent login (RFC 9470). */
export const notFresh = {
  401: {
    ...problems(401)[401],
    description: 'The credentials are missing or not valid, or the login is not recent: confirm it with POST /auth/confirm',
    headers: z.object({
      'WWW-Authenticate': z
        .string()
        .openapi({ example: `Bearer error="insufficient_user_authentication", max_age=${FRESH_SECONDS}` }),
    }),
  },
};

/** OpenAPI response with a JSON body. */
export const json = <T extends z.ZodType>(description: string, schema: T) =>
  ({ description, content: { 'application/json': { schema } } }) as const;

/** OpenAPI request body of JSON; required unless `required` is false. */
export const jsonBody = <T extends z.ZodType>(schema: T, { required = true } = {}) => ({
  content: { 'application/json': { schema } },
  required,
});

/** OpenAPI request body of a URL-encoded form; required. */
export const formBody = <T extends z.ZodType>(schema: T) => ({
  content: { 'application/x-www-form-urlencoded': { schema } },
  required: true,
});

/** OpenAPI response with an HTML page. */
export const page = { description: 'A web page', content: { 'text/html': { schema: z.string() } } } as const;

/** Path parameter of accounts, keys, jobs and endpoints; resources describe theirs as a UUID. */
export const idParams = z.object({ id: z.string().max(64) });
