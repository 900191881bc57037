/** Errors of operations in the words of the protocol. Texts are for a model, which can then correct its call or tell its user. */

import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { AppError, ErrorCode } from '../../kernel/core/errors.ts';
import { toDatabaseAppError } from '../../kernel/db/connection-errors.ts';
import { MCP_PATH } from '../../kernel/model/protected-resources.ts';
import type { AppContext } from '../../services/context.ts';
import { asAppError } from '../problem.ts';
import { RPC_ERROR, RpcError } from './json-rpc.ts';

export interface FailureContext extends Pick<AppContext, 'log' | 'writeHealth'> {
  readonly requestId: string;
}

/** The error as one whose detail may be shown; undefined, and logged, for an unexpected one. */
function known(error: unknown, { log, writeHealth, requestId }: FailureContext, method: string): AppError | undefined {
  writeHealth.failed(error);
  const found = asAppError(error) ?? toDatabaseAppError(error);
  if (!found) log.error('request failed', { requestId, method: 'POST', path: MCP_PATH, rpc: method, error });
  return found;
}

const unexpected = ({ requestId }: FailureContext) =>
  `The server failed to handle this request. Report it with the request id ${requestId}.`;

/** What a caller can do about an error whose detail does not say it. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  not_found: '`search` and `list_documents` return ids.',
  forbidden: 'The user can connect again, or use a key, with that scope.',
};

/** The result of a tool that failed: the model sees it, unlike an error of the protocol. */
export function toolFailure(error: unknown, context: FailureContext, tool: string): CallToolResult {
  const found = known(error, context, tool);
  return { isError: true, content: [{ type: 'text', text: found ? textOf(found) : unexpected(context) }] };
}

function textOf({ code, detail, errors = [], retryAfter }: AppError): string {
  const fields = errors.length > 1 ? errors.map(({ path, message }) => `- ${path}: ${message}`) : [];
  const again = retryAfter === undefined ? [] : [`Try again in ${Math.max(1, Math.ceil(retryAfter))} seconds.`];
  return [withFullStop(detail), ...fields, ...[ADVICE[code] ?? []].flat(), ...again].join('\n');
}

const withFullStop = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** The error of any other method. */
export function methodFailure(error: unknown, context: FailureContext, method: string): RpcError {
  if (error instanceof RpcError) return error;
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    const path = ['params', ...(issue?.path ?? [])].join('.');
    return new RpcError(RPC_ERROR.invalidParams, `${path}: ${issue?.message}`, { cause: error });
  }
  const found = known(error, context, method);
  if (!found) return new RpcError(RPC_ERROR.internal, unexpected(context), { cause: error });
  const code =
    found.code === 'invalid_input'
      ? RPC_ERROR.invalidParams
      : found.code === 'not_found'
        ? RPC_ERROR.resourceNotFound
        : RPC_ERROR.server;
  return new RpcError(code, found.detail, { data: { code: found.code }, cause: error });
}
