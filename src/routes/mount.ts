/** Operations over HTTP: the route, its OpenAPI description and the reading of its input, all derived from the operation. */
import { type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode, StatusCode } from 'hono/utils/http-status';
import type { Config } from '../kernel/config/config.ts';
import { statusOf } from '../kernel/core/problem.ts';
import type { Decision } from '../kernel/model/sliding-window.ts';
import type { AppContext } from '../services/context.ts';
import { type AnyOperation, nothing } from '../services/operation.ts';
import type { AppEnv } from './env.ts';
import { noteLimit } from './middleware/limit-headers.ts';
import { requestOrigin } from './middleware/request-origin.ts';
import { createOpenCaller, type ReadOpenCaller } from './open-caller.ts';
import { type BodyKind, bodyChecks, MEDIA_TYPES, type Parts, readInput } from './read-input.ts';
import { createRouter, impliedProblems, notFresh, operationIdOf, problems, securityOf } from './router.ts';
import { tagOf } from './tags.ts';

export interface Binding {
  /** What the response is. */
  readonly returns: string;
  /** Default: 200, or 204 for an operation without a result. */
  readonly status?: 200 | 201 | 202;
  /** How a body may be sent. Default: as JSON. */
  readonly bodies?: readonly BodyKind[];
  /** The list in a JSON body whose elements are refused one by one. */
  readonly itemsOf?: string;
  /** Name of the body's schema where path parameters are taken out of the input. */
  readonly body?: string;
  /** The body may be absent: it then has no fields. */
  readonly optionalBody?: boolean;
  /** Whether the response is kept out of caches. */
  readonly noStore?: boolean;
  /** Headers that `around` reads and sets. */
  readonly headers?: { readonly request?: z.ZodObject; readonly response?: z.ZodObject };
  /** Whether the work ends when the client goes away. */
  readonly cancellable?: boolean;
  /** What a request costs of its limit. Default: 1. */
  readonly cost?: (config: Pick<Config, 'limits'>) => number;
  /** Whether the request, by its query, is one of many that a person who types makes: these have a limit of their own. */
  readonly isTyping?: (query: (name: string) => string | undefined) => boolean;
  /** Runs the operation with cookies: takes input from them, and puts output there. */
  readonly around?: (context: AppContext) => Around;
}

/** `run`: performs the operation; resolves to its output, or to what is sent of it. */
export type Around = (c: Context<AppEnv>, input: unknown, run: (input: unknown) => Promise<unknown>) => Promise<unknown>;

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
  const openCaller = createOpenCaller(context);
  for (const mounted of operations) mount(router, { context, openCaller }, mounted);
  return router;
}

interface Mounting {
  readonly context: AppContext;
  readonly openCaller: ReadOpenCaller;
}

function mount(router: OpenAPIHono<AppEnv>, { context, openCaller }: Mounting, mounted: MountedOperation): void {
  const { operation, method, path, noStore, cancellable } = mounted;
  const parts = partsOf(mounted);
  const isOpen = operation.scope === 'public';
  const around = mounted.around?.(context);
  const status = statusOfSuccess(mounted) as ContentfulStatusCode & StatusCode;
  router.openAPIRegistry.registerPath(describe(mounted, parts));
  router.on([method.toUpperCase()], [path.replaceAll(/\{(\w+)\}/g, ':$1')], ...bodyChecks(parts), async (c) => {
    const { input, source } = await readInput(c, parts);
    const options = {
      ...(isOpen ? openCaller(c) : { account: c.get('account') }),
      origin: requestOrigin(c),
      source,
      signal: cancellable ? c.req.raw.signal : undefined,
      noteLimit: (decision: Decision) => noteLimit(c, decision, context),
    };
    const run = (given: unknown) => operation(context, c.get('actor'), given as never, options);
    const output = await (around ? around(c, input, run) : run(input));
    if (noStore) c.header('Cache-Control', 'no-store');
    return operation.output === nothing ? c.body(null, status) : c.json(output as object, status);
  });
}

const statusOfSuccess = ({ operation, status }: MountedOperation) => status ?? (operation.output === nothing ? 204 : 200);

function partsOf({
  operation: { input },
  method,
  path,
  body: id,
  optionalBody = false,
  bodies = ['json'],
  itemsOf,
}: MountedOperation): Parts {
  const params = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const others = Object.keys(input.shape).filter((name) => !params.includes(name));
  if (method === 'get' || method === 'delete') {
    const records = others.filter((name) => isRecord(input.shape[name]));
    return { params, query: others.filter((name) => !records.includes(name)), records, strict: isStrict(input) };
  }
  if (others.length === 0) return { params, query: [] };
  const schema = params.length === 0 ? input : pick(input, others);
  return {
    params,
    query: [],
    body: { schema: id === undefined ? schema : schema.meta({ id }), required: !optionalBody, kinds: bodies, itemsOf },
  };
}

const isStrict = (input: z.ZodObject) => input._zod.def.catchall?._zod.def.type === 'never';

const isRecord = (field: unknown) => (field instanceof z.ZodOptional ? field.unwrap() : field) instanceof z.ZodRecord;

const NO_STORE = z.object({ 'Cache-Control': z.literal('no-store') });

/**
 * Describes a part of an input, which the operation parses whole. So refinements, for which `pick` throws, are left out; the
 * least number of fields is kept, less those that are elsewhere.
 */
function pick(input: z.ZodObject, names: readonly string[]): z.ZodObject {
  const shape = Object.fromEntries(names.map((name) => [name, input.shape[name] as z.ZodType]));
  const part = isStrict(input) ? z.strictObject(shape) : z.object(shape);
  const elsewhere = Object.keys(input.shape).length - names.length;
  const least = Number(input.meta()?.minProperties ?? 0) - elsewhere;
  return least > 0 ? part.meta({ minProperties: least }) : part;
}

function describe(mounted: MountedOperation, { params, query, body }: Parts) {
  const { operation, method, path, returns, noStore, headers } = mounted;
  const { name, scope, account: level, summary, description, input, output, errors } = operation;
  const security = securityOf(scope, level);
  const success = {
    [statusOfSuccess(mounted)]: {
      description: returns,
      ...(noStore ? { headers: NO_STORE } : {}),
      ...(headers?.response ? { headers: headers.response } : {}),
      ...(output === nothing ? {} : { content: { 'application/json': { schema: output } } }),
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
      ...(headers?.request ? { headers: headers.request } : {}),
      ...(body ? { body: { content: contentOf(body), ...(body.required ? { required: true } : {}) } } : {}),
    },
    responses: {
      ...success,
      ...impliedProblems(security),
      ...problems(...inputStatuses, ...errors.map(statusOf)),
      ...(level === 'fresh' || errors.includes('insufficient_user_authentication') ? notFresh : {}),
    },
  } satisfies RouteConfig;
}

const contentOf = ({ kinds, schema }: NonNullable<Parts['body']>) =>
  Object.fromEntries(kinds.map((kind) => [MEDIA_TYPES[kind], { schema }]));
