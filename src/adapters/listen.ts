/** TCP ports: a free one from the operating system, and listening with an error a person can act on. */
import { createServer, type Server } from 'node:net';

/** A port that was free a moment ago. */
export async function freePort(host: string): Promise<number> {
  const server = createServer();
  await listening(server, 0, host);
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the operating system named no port');
  return address.port;
}

export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Resolves when `server` accepts connections; rejects with a ListenError that names the setting to change. */
export async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    await listening(server, port, host);
  } catch (error) {
    throw new ListenError(explain(error, port, host), { cause: error });
  }
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function explain(error: unknown, port: number, host: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `PORT: ${port} on ${host} is in use by another program; set PORT to a free one`;
  if (code === 'EACCES') return `PORT: this user may not listen on ${port}; set PORT to one above 1023`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST: ${host} is no address of this machine`;
  return `PORT: cannot listen on ${host}:${port} (${error instanceof Error ? error.message : String(error)})`;
}
