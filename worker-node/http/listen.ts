/** The worker's listening socket, and how it closes without cutting an answer in half. */
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { closeServer } from '../../src/adapters/close-server.ts';

export interface HttpServer {
  /** Stops accepting and resolves when every answer is out. */
  close(): Promise<void>;
  /** Ends what is still open. */
  cut(): void;
}

/** Resolves when it accepts connections; rejects with an Error that names the setting to change. */
export async function serve(
  app: { fetch: (request: Request) => Response | Promise<Response> },
  { port, host }: { port: number; host: string },
): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch: (request) => app.fetch(request) }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new Error(explain(error, port, host), { cause: error })));
    server.listen(port, host, resolve);
  });

  return { close: () => closeServer(server), cut: () => server.closeAllConnections() };
}

function explain(error: Error, port: number, host: string): string {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `WORKER_PORT: ${port} on ${host} is in use by another program; set WORKER_PORT to a free one`;
  if (code === 'EACCES') return `WORKER_PORT: this user may not listen on ${port}; set WORKER_PORT to one above 1023`;
  return `WORKER_PORT: cannot listen on ${host}:${port} (${error.message})`;
}
