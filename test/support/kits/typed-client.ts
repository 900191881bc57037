/** `@pharos/client` on an app in this process: its requests are recorded, its clock is the app's, and waiting takes no time. */
import { randomUUID } from 'node:crypto';
import { type ClientOptions, createClient } from '../../../clients/typescript/src/index.ts';
import type { TestApp } from './app.ts';
import { noteSecrets } from './secrets.ts';

const PHAROS_URL = 'http://pharos.test';
const PASSWORD = 'a long enough phrase';

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

/** What stands between client and app: it may answer in place of the app. */
export type Between = (request: Request, pass: () => Promise<Response>) => Response | Promise<Response>;

export function typedClient(app: TestApp, options: Partial<ClientOptions> = {}, between: Between = (_request, pass) => pass()) {
  const sent: Sent[] = [];
  const waits: number[] = [];
  const pharos = createClient(
    { url: PHAROS_URL, ...options },
    {
      now: () => app.clock.now(),
      random: () => 0.5,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        waits.push(ms);
      },
      fetch: async (input, init) => {
        const request = new Request(input as Request, init);
        sent.push({ method: request.method, path: new URL(request.url).pathname, headers: request.headers });
        return await between(request, async () => app.app.fetch(request));
      },
    },
  );
  return { pharos, sent, waits, pathsSent: () => sent.map(({ method, path }) => `${method} ${path}`) };
}

/** Registers a user at the app; the result logs a client in. */
export async function newLogin(app: TestApp): Promise<{ username: string; password: string }> {
  const username = `user-${randomUUID().slice(0, 8)}`;
  await app.login(username, PASSWORD);
  noteSecrets(PASSWORD);
  return { username, password: PASSWORD };
}
