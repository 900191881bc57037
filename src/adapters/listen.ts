/** TCP ports: a free one from the operating system, and listening with an error that names the setting to change. */
import { createServer, type Server } from 'node:net';

export interface ListenOptions {
  readonly port: number;
  readonly host: string;
  /** The environment variable that `port` comes from, PORT by default. `host` comes from HOST. */
  readonly portSetting?: 'PORT' | 'WORKER_PORT';
}

export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** A port that was free a moment ago. */
export async function freePort(host: string): Promise<number> {
  const server = createServer();
  await startListening(server, 0, host);
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the operating system returned no port');
  return address.port;
}

/** Resolves when `server` accepts connections. Throws ListenError, whose message names the setting to change. */
export async function listen(server: Server, options: ListenOptions): Promise<void> {
  try {
    await startListening(server, options.port, options.host);
  } catch (error) {
    throw new ListenError(explain(error, options), { cause: error });
  }
}

function startListening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function explain(error: unknown, { port, host, portSetting = 'PORT' }: ListenOptions): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return `${portSetting}: ${port} on ${host} is in use by another program; set ${portSetting} to a free port`;
  if (code === 'EACCES') return `${portSetting}: this user may not listen on ${port}; set ${portSetting} to a port above 1023`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST: ${host} is not an address of this machine`;
  return `${portSetting}: cannot listen on ${host}:${port} (${error instanceof Error ? error.message : String(error)})`;
}
