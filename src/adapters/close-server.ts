/** Closing a server whose clients keep their connections: Node looks for idle ones once, and waits for all others. */
import type { Server } from 'node:http';

const LOOK_MS = 20;

/** Stops accepting and resolves when every answer is out; a connection is ended as soon as its answer is. */
export async function closeServer(server: Server): Promise<void> {
  const looking = setInterval(() => server.closeIdleConnections(), LOOK_MS);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(looking);
}
