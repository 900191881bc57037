/** Messages of JSON-RPC, and the errors that answer those which could not be passed on. */

export interface Message {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: { readonly requestId?: unknown };
}

interface RpcError {
  readonly code: number;
  readonly message: string;
}

/** One error for a request, a list of errors for a batch; undefined where neither holds a request, which is never answered. */
export function errorsFor(message: Message | readonly unknown[], error: RpcError): object | undefined {
  const of = (each: unknown) => {
    const id = requestId(each);
    return id === undefined ? [] : [{ jsonrpc: '2.0', id, error }];
  };
  if (!Array.isArray(message)) return of(message)[0];
  const errors = message.flatMap(of);
  return errors.length > 0 ? errors : undefined;
}

/** Undefined for a notification, and for a response. */
function requestId(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || 'result' in message || 'error' in message) return undefined;
  const { id } = message as Message;
  return id;
}
