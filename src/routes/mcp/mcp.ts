/**
 * POST /mcp: the Model Context Protocol over streamable HTTP, without sessions and without streams, so that any isolate or process
 * answers any request. What the protocol does is loaded with the first request.
 */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Config } from '../../kernel/config/config.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { parseStrangersJson } from '../../kernel/core/json-bounds.ts';
import { isLoopbackOrigin, namedOrigins } from '../../kernel/core/origins.ts';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { requireContentType } from '../middleware/content-type.ts';
import { chargeMessages } from '../middleware/rate-limit.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { createRouter, describeRoute, impliedProblems, json, problems } from '../router.ts';
import {
  MAX_BATCH,
  RPC_ERROR,
  type RpcError,
  readMessage,
  rpcError,
  rpcNotification,
  rpcRequest,
  rpcResponse,
} from './json-rpc.ts';

const VERSION_HEADER = 'MCP-Protocol-Version';

const message = z.union([rpcRequest, rpcNotification, rpcResponse]);
const response = z.looseObject({ jsonrpc: z.literal('2.0') }).openapi('McpResponse');

const { description } = describeRoute('POST', '/mcp');
const route = {
  method: 'post' as const,
  path: '/mcp',
  ...description,
  description:
    'Streamable HTTP without sessions: every request is answered by JSON, and there is no stream to GET. Clients find out ' +
    'by the methods `initialize` and `tools/list` what there is.',
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: z.union([message, z.array(message).min(1).max(MAX_BATCH)]) } },
    },
  },
  responses: {
    200: json(
      'The response to the request, with its result or its error; a list for a list',
      z.union([response, z.array(response)]),
    ),
    202: { description: 'Taken: a notification has no response' },
    400: json('The body is no message, or the version of the protocol is not supported', response),
    406: json('The client does not take JSON', response),
    ...impliedProblems(description.security),
    ...problems(408, 413, 415),
  },
};

export function createMcpRoutes(context: AppContext) {
  const { config } = context;
  const router = createRouter();
  // Registered without validation: what is wrong with a message is told in the protocol's words.
  router.openAPIRegistry.registerPath(route);

  router.post('/mcp', requireContentType(['application/json']), async (c) => {
    requireTrustedOrigin(c, config);
    const { answer, costOf, PROTOCOL_VERSIONS } = await import('./server.ts');

    const refuse = (status: 400 | 406, error: Pick<RpcError, 'code' | 'message' | 'data'>) =>
      c.json(rpcError(null, error), status);
    if (!takesJson(c.req.header('accept')))
      return refuse(406, { code: RPC_ERROR.server, message: 'Not acceptable: responses are application/json', data: undefined });
    const version = c.req.header(VERSION_HEADER);
    if (version !== undefined && !PROTOCOL_VERSIONS.includes(version)) {
      const supported = PROTOCOL_VERSIONS.join(', ');
      return refuse(400, {
        code: RPC_ERROR.server,
        message: `Unsupported protocol version; supported: ${supported}`,
        data: undefined,
      });
    }

    const body = readBody(await c.req.text());
    if ('fault' in body) return refuse(400, { ...body.fault, data: undefined });
    const requests = body.messages.flatMap((incoming) => (typeof incoming === 'string' ? [] : [incoming.request]));
    if (requests.length > 1 && requests.some(({ method }) => method === 'initialize'))
      return refuse(400, {
        code: RPC_ERROR.invalidRequest,
        message: 'initialize must be the only message of its body',
        data: undefined,
      });
    await chargeMessages(
      c,
      context,
      requests.map((request) => costOf(request, config)),
    );
    if (requests.length === 0) return c.body(null, 202);

    const { log, writeHealth } = context;
    const options = { origin: requestOrigin(c), signal: c.req.raw.signal };
    const call = { context, actor: c.get('actor'), options, log, writeHealth, requestId: c.get('requestId') };
    const answers: object[] = [];
    for (const request of requests) answers.push(await answer(request, call));
    c.header('Cache-Control', 'no-store');
    return c.json(body.isBatch ? answers : answers[0], 200);
  });

  return router;
}

/**
 * The specification asks for a check of `Origin` against DNS rebinding, by which a page reaches a server that lets everybody in.
 * Here credentials are asked of every request, and no browser adds them by itself: any page may call with credentials of its
 * own. Without them, as in TEST_MODE, only pages of this server, of CORS_ORIGINS and of this machine may.
 */
function requireTrustedOrigin(c: Context<AppEnv>, { publicUrl, cors }: Pick<Config, 'publicUrl' | 'cors'>): void {
  const origin = c.req.header('origin');
  const bringsCredentials = c.req.header('authorization') !== undefined || c.req.header('x-api-key') !== undefined;
  if (origin === undefined || bringsCredentials) return;
  const isTrusted =
    origin === new URL(publicUrl).origin || isLoopbackOrigin(origin) || namedOrigins(cors.origins).includes(origin);
  if (!isTrusted) throw new AppError('forbidden', 'Requests of pages from this origin need credentials');
}

/** Clients name both application/json and text/event-stream; those that name neither take anything. */
const takesJson = (accept = '*/*') => /(?:^|,)\s*(?:\*\/\*|application\/(?:\*|json))\s*(?:[;,]|$)/i.test(accept);

type Body =
  | { readonly messages: readonly Exclude<ReturnType<typeof readMessage>, undefined>[]; readonly isBatch: boolean }
  | { readonly fault: { readonly code: number; readonly message: string } };

function readBody(text: string): Body {
  let value: unknown;
  try {
    value = parseStrangersJson(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const code = error.code === 'malformed_body' ? RPC_ERROR.parse : RPC_ERROR.invalidRequest;
    return { fault: { code, message: error.detail } };
  }
  const isBatch = Array.isArray(value);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length === 0 || values.length > MAX_BATCH)
    return { fault: { code: RPC_ERROR.invalidRequest, message: `A body has one message; a batch has at most ${MAX_BATCH}` } };
  const messages = values.map(readMessage);
  const wrong = messages.indexOf(undefined);
  if (wrong >= 0) {
    const where = isBatch ? ` at index ${wrong}` : '';
    return { fault: { code: RPC_ERROR.invalidRequest, message: `Invalid request: there is no JSON-RPC 2.0 message${where}` } };
  }
  return { messages: messages.filter((found) => found !== undefined), isBatch };
}
