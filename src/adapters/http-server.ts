/** The HTTP server under the app of the API or the worker. It closes without cutting a response in half. */
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { type ListenOptions, listen } from './listen.ts';

export interface HttpServer {
  /** Stops accepting and resolves when every response is out. After `withinMs`, cuts the connections that are still open. */
  close(withinMs?: number): Promise<void>;
  /** Cuts all open connections. */
  cut(): void;
}

/** Node's `close()` ends idle connections only once, at the start; connections that fall idle later are looked for this often. */
const IDLE_CHECK_MS = 20;

/** Resolves when the server accepts connections. Throws ListenError. */
export async function startHttpServer(
  app: { fetch: (request: Request, env: never) => Response | Promise<Response> },
  options: ListenOptions,
): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch: (request, env) => app.fetch(request, env as never) }) as Server;
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
