/** The HTTP server under the app, and how it ends without cutting an answer in half. */
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { closeServer } from '../../adapters/close-server.ts';
import { listen } from '../../adapters/listen.ts';

export interface HttpServer {
  /** Stops accepting and resolves when every answer is out; cuts what is still open after `withinMs`. */
  close(withinMs: number): Promise<void>;
}

export async function startHttpServer(
  app: { fetch: (request: Request, env: never) => Response | Promise<Response> },
  { port, host }: { port: number; host: string },
): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch: (request, env) => app.fetch(request, env as never) }) as Server;
  await listen(server, port, host);

  async function close(withinMs: number): Promise<void> {
    const impatient = setTimeout(() => server.closeAllConnections(), withinMs);
    await closeServer(server);
    clearTimeout(impatient);
  }

  return { close };
}
