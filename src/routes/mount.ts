/** Operations over HTTP: the route, its OpenAPI description and the reading of its input, all derived from the operation. */
import { type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Config } from '../kernel/config/config.ts';
import { invalidField } from '../kernel/core/json-bounds.ts';
import { statusOf } from '../kernel/core/problem.ts';
import type { AppContext } from '../services/context.ts';
import { type AnyOperation, nothing } from '../services/operation.ts';
import type { AppEnv } from './env.ts';
import { isJson, requireContentType } from './middleware/content-type.ts';
import { jsonBodyCheck } from './middleware/json-body.ts';
import { requestOrigin } from './middleware/request-origin.ts';
import { createRouter, impliedProblems, notFresh, operationIdOf, problems, securityOf } from './router.ts';
import { tagOf } from './tags.ts';

export interface Binding {
  /** What the response is. */
  readonly returns: string;
  /** Default: 200, or 204 for an operation without a result. */
  readonly status?: 200 | 201 | 202;
  /** Name of the body's schema where path parameters are taken out of the input. */
  readonly body?: string;
  /** The body may be absent: it then has no fields. */
  readonly optionalBody?: boolean;
  /** Whether the response is kept out of caches. */
  readonly noStore?: boolean;
  /** Whether the work ends when the client goes away. */
  readonly cancellable?: boolean;
  /** What a request costs of its limit. Default: 1. */
  readonly cost?: (config: Pick<Config, 'limits'>) => number;
}

export interface MountedOperation extends Binding {
  readonly operation: AnyOperation;
  readonly method: Method;
  /** As in OpenAPI: `/resources/{id}`. */
  readonly path: string;
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** `route`: method and path, as `GET /resources/{id}`. */
export function http(operation: AnyOperation, route: `${Uppercase<Method>} /${string}`, binding: Binding): MountedOperation {
  const [method = '', path = ''] = route.split(' ');
  return { ...binding, operation, method: method.toLowerCase() as Method, path };
}

export function createOperationRoutes(context: AppContext, operations: readonly MountedOperation[]): OpenAPIHono<AppEnv> {
  const router = createRouter();
  for (const mounted of operations) mount(router, context, mounted);
  return router;
}

function mount(router: OpenAPIHono<AppEnv>, context: AppContext, mounted: MountedOperation): void {
  const { operation, method, path, status = 200, noStore, cancellable } = mounted;
  const parts = partsOf(mounted);
  const source = parts.body ? 'json' : 'query';
  router.openAPIRegistry.registerPath(describe(mounted, parts));
  router.on([method.toUpperCase()], [path.replaceAll(/\{(\w+)\}/g, ':$1')], ...bodyChecks(parts), async (c) => {
    const input = await readInput(c, parts);
    const options = {
      account: c.get('account'),
      origin: requestOrigin(c),
      source,
      signal: cancellable ? c.req.raw.signal : undefined,
    };
    const output = await operation(context, c.get('actor'), input as never, options);
    if (noStore) c.header('Cache-Control', 'no-store');
    return operation.output === nothing ? c.body(null, 204) : c.json(output as object, status as ContentfulStatusCode);
  });
}

/** Where the fields of an input are in a request. */
interface Parts {
  readonly params: readonly string[];
  readonly query: readonly string[];
  /** Absent for an operation without a body. */
  readonly body?: { readonly schema: z.ZodType; readonly required: boolean };
}

function partsOf({ operation: { input }, method, path, body: id, optionalBody = false }: MountedOperation): Parts {
  const params = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const others = Object.keys(input.shape).filter((name) => !params.includes(name));
  if (method === 'get' || method === 'delete') return { params, query: others };
  if (others.length === 0) return { params, query: [] };
  const schema = params.length === 0 ? input : pick(input, others);
  return { params, query: [], body: { schema: id === undefined ? schema : schema.meta({ id }), required: !optionalBody } };
}

const NO_STORE = z.object({ 'Cache-Control': z.literal('no-store') });

/** Describes a part of an input, which the operation parses whole. So refinements, for which `pick` throws, are left out. */
function pick(input: z.ZodObject, names: readonly string[]): z.ZodObject {
  const shape = Object.fromEntries(names.map((name) => [name, input.shape[name] as z.ZodType]));
  return input._zod.def.catchall?._zod.def.type === 'never' ? z.strictObject(shape) : z.object(shape);
}

function describe({ operation, method, path, returns, status = 200, noStore }: MountedOperation, { params, query, body }: Parts) {
  const { name, scope, account: level, summary, description, input, output, errors } = operation;
  const security = securityOf(scope, level);
  const success =
    output === nothing
      ? { 204: { description: returns } }
      : {
          [status]: {
            description: returns,
            ...(noStore ? { headers: NO_STORE } : {}),
            content: { 'application/json': { schema: output } },
          },
        };
  const inputStatuses = [...(body ? [400, 408, 413, 415] : []), ...(params.length + query.length > 0 || body ? [422] : [])];
  return {
    method,
    path,
    operationId: operationIdOf(name),
    tags: [tagOf(name)],
    summary,
    ...(description === undefined ? {} : { description }),
    security,
    request: {
      ...(params.length > 0 ? { params: pick(input, params) } : {}),
      ...(query.length > 0 ? { query: pick(input, query) } : {}),
      ...(body
        ? { body: { content: { 'application/json': { schema: body.schema } }, ...(body.required ? { required: true } : {}) } }
        : {}),
    },
    responses: {
      ...success,
      ...impliedProblems(security),
      ...problems(...inputStatuses, ...errors.map(statusOf)),
      ...(level === 'fresh' || errors.includes('insufficient_user_authentication') ? notFresh : {}),
    },
  } satisfies RouteConfig;
}

function bodyChecks({ body }: Parts): MiddlewareHandler<AppEnv>[] {
  return body ? [requireContentType(['application/json'], { optional: !body.required }), jsonBodyCheck] : [];
}

async function readInput(c: Context<AppEnv>, { params, query, body }: Parts): Promise<unknown> {
  const fields: Record<string, unknown> = {};
  for (const name of query) {
    const values = c.req.queries(name);
    // A repeated parameter is a list, which the schema of a single value refuses.
    if (values) fields[name] = values.length === 1 ? values[0] : values;
  }
  for (const name of params) fields[name] = c.req.param(name);
  if (!body) return fields;
  const given: unknown = body.required || isJson(c.req.header('content-type')) ? await c.req.json() : {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  const twice = params.find((name) => Object.hasOwn(given, name));
  if (twice !== undefined) throw invalidField({ path: twice, message: 'is not a field of this request' }, 'json');
  return { ...given, ...fields };
}
