/** JSON-RPC 2.0 as the Model Context Protocol uses it: ids are strings or numbers, and parameters are objects. */
import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { JSON_BOUNDS } from '../../kernel/core/bounds.ts';

/** Messages in one body, which only clients of the revision 2025-03-26 send. */
export const MAX_BATCH = 20;

export const RPC_ERROR = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  /** Of the specification of resources. */
  resourceNotFound: -32_002,
  /** For errors that the specification has no code for. */
  server: -32_000,
} as const;

/** What a method throws to be answered with an error. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, { data, cause }: { data?: unknown; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.data = data;
  }
}

const id = z.union([z.string().max(256), z.int()]);
const params = z.looseObject({}).meta({ maxProperties: JSON_BOUNDS.members });
const jsonrpc = z.literal('2.0');
const method = z.string().min(1).max(200);

export const rpcRequest = z.strictObject({ jsonrpc, id, method, params: params.optional() }).meta({ id: 'McpRequest' });
export const rpcNotification = z.strictObject({ jsonrpc, method, params: params.optional() }).meta({ id: 'McpNotification' });
/** Taken and ignored: the server asks nothing of its clients. */
export const rpcResponse = z.union([
  z.strictObject({ jsonrpc, id, result: params }),
  z.strictObject({ jsonrpc, id: id.optional(), error: params }),
]);

export type RpcRequest = z.infer<typeof rpcRequest>;

/** A request to answer, or something to take without an answer. */
export type Incoming = { readonly request: RpcRequest } | 'notification' | 'response';

/** Undefined for a value that is no message. */
export function readMessage(value: unknown): Incoming | undefined {
  const request = rpcRequest.safeParse(value);
  if (request.success) return { request: request.data };
  if (rpcNotification.safeParse(value).success) return 'notification';
  return rpcResponse.safeParse(value).success ? 'response' : undefined;
}

export const rpcResult = (to: RequestId, result: object) => ({ jsonrpc: '2.0' as const, id: to, result });

export const rpcError = (to: RequestId | null, { code, message, data }: Pick<RpcError, 'code' | 'message' | 'data'>) => ({
  jsonrpc: '2.0' as const,
  id: to,
  error: { code, message, ...(data === undefined ? {} : { data }) },
});
