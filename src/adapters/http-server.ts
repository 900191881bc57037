/**
 * The HTTP server under the app of the API or the worker. It closes without cutting a response in half, and requests that Node
 * refuses before the app sees them get problem details with a request id, too.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, RequestError } from '@hono/node-server';
import { uuidv7 } from 'uuidv7';
import { type ProblemStatus, toTransportProblem } from '../kernel/core/problem.ts';
import { type ListenOptions, listen } from './listen.ts';

export interface HttpServer {
  /** Stops accepting and resolves when every response is out. After `withinMs`, cuts the connections that are still open. */
  close(withinMs?: number): Promise<void>;
  /** Cuts all open connections. */
  cut(): void;
}

/** Node's `close()` ends idle connections only once, at the start; connections that fall idle later are looked for this often. */
const IDLE_CHECK_MS = 20;

/** In which a whole request must have arrived. */
const REQUEST_TIMEOUT_MS = 60 * 60_000;

/** After 408 the rest of the body is not waited for (RFC 9110 section 15.5.9). */
function closing(response: Response): Response {
  if (response.status === 408) response.headers.set('Connection', 'close');
  return response;
}

/** Resolves when the server accepts connections. Throws ListenError. */
export async function startHttpServer(
  app: { fetch: (request: Request, env: never) => Response | Promise<Response> },
  options: ListenOptions,
): Promise<HttpServer> {
  const listener = getRequestListener(async (request, env) => closing(await app.fetch(request, env as never)), { errorHandler });
  // A missing Host is refused by the listener: Node's own response has no body. The app ends bodies that are too slow; the largest
  // one from a slow line needs more than the five minutes that Node allows.
  const server = createServer({ requireHostHeader: false, requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    // HTTP/1.0 does not know Host: health checks of load balancers send none.
    if (request.httpVersion === '1.0') request.headers.host ??= 'localhost';
    return listener(request, response);
  });
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    const { status, headers, body } = toTransportProblem(417, 'Expect: only 100-continue is supported', uuidv7());
    response.writeHead(status, headers).end(body);
  });
  server.on('clientError', refuseUnreadable);
  await listen(server, options);
  const cut = () => server.closeAllConnections();

  async function close(withinMs?: number): Promise<void> {
    const deadline = withinMs === undefined ? undefined : setTimeout(cut, withinMs);
    const idleCheck = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    clearInterval(idleCheck);
    clearTimeout(deadline);
  }

  return { close, cut };
}

/** `RequestError`: the request has no usable Host or path. An app responds to its own errors; anything else is unexpected. */
function errorHandler(error: unknown): Response {
  const [status, detail] =
    error instanceof RequestError
      ? ([400, 'The request has no valid Host header or path'] as const)
      : ([500, 'The server failed to handle this request'] as const);
  const { headers, body } = toTransportProblem(status, detail, uuidv7());
  return new Response(body, { status, headers });
}

/** Node's codes of requests that cannot be parsed, or that took too long to arrive. */
const UNREADABLE: Readonly<Record<string, readonly [ProblemStatus, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The request line and headers are larger than 16 KB'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The extensions of a chunk are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time'],
};

function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  // What Node attaches to a socket while a response is under way; another one inside of it would not be understood.
  const { _httpMessage: response } = socket as Duplex & { _httpMessage?: ServerResponse | null };
  if (!socket.writable || response?.headersSent) {
    socket.destroy(error);
    return;
  }
  const [code, detail] = UNREADABLE[error.code ?? ''] ?? [400, 'The request is not valid HTTP'];
  const { status, reason, headers, body } = toTransportProblem(code, detail, uuidv7());
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${reason}`, ...head, '', body].join('\r\n'), () => socket.destroy(error));
}
