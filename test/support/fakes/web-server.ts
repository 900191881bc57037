/** A web site on a free port of this machine, for tests of fetching. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Page = (response: ServerResponse, request: IncomingMessage) => void;

export interface WebServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** The requests so far, oldest first. */
  readonly requests: IncomingMessage[];
  /** Serves `page` at `path` from now on: a function, or a body sent as HTML. */
  serve(path: string, page: Page | string, contentType?: string): void;
  close(): Promise<void>;
}

/** Answers 404 where nothing is served. */
export async function startWebServer(host = '127.0.0.1'): Promise<WebServer> {
  const pages = new Map<string, Page>();
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const page = pages.get((request.url ?? '/').split('?')[0] ?? '/');
    if (page) page(response, request);
    else response.writeHead(404).end('nothing here');
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    port,
    requests,
    serve: (path, page, contentType = 'text/html; charset=utf-8') => {
      pages.set(
        path,
        typeof page === 'function' ? page : (response) => response.writeHead(200, { 'Content-Type': contentType }).end(page),
      );
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
