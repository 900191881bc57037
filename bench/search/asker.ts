/** Asks a running server as one user, over connections that stay open, and measures each question as a client. */
import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly ms: number;
  readonly body: {
    readonly degraded?: boolean;
    readonly total?: number;
    readonly took_ms?: number;
    readonly facets?: unknown;
    readonly next_cursor?: string;
    readonly hits?: readonly { readonly resource_id: string }[];
  };
}

export interface Asker {
  /** `path` with its query string; with `body`, in JSON or to be put into it, by POST. Status 0 is a connection that failed. */
  ask(path: string, body?: object | string, method?: string): Promise<Answer>;
  close(): void;
}

export function createAsker(base: string, authorization: string): Asker {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    ask: (path, body, method = body === undefined ? 'GET' : 'POST') =>
      new Promise((resolve) => {
        const started = performance.now();
        const settle = (status: number, text: string) => {
          const ms = performance.now() - started;
          resolve({ status, ms, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) });
        };
        const json: string | undefined = typeof body === 'object' ? JSON.stringify(body) : body;
        const headers = { authorization, ...(json === undefined ? {} : { 'content-type': 'application/json' }) };
        const asked = request(`${base}${path}`, { agent, headers, method }, (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('error', () => settle(0, ''));
          response.on('end', () => settle(response.statusCode ?? 0, Buffer.concat(parts).toString()));
        });
        asked.on('error', () => settle(0, ''));
        asked.end(json);
      }),
    close: () => agent.destroy(),
  };
}

/** Registers the user unless there is one of that name, and returns the value of `Authorization`. */
export async function logIn(base: string, username: string): Promise<{ authorization: string; userId: string }> {
  const password = 'correct horse battery staple';
  const headers = { 'Content-Type': 'application/json' };
  const account = JSON.stringify({ username, email: `${username}@example.org`, password });
  await fetch(`${base}/auth/register`, { method: 'POST', headers, body: account });
  const form = new URLSearchParams({ username, password });
  const response = await fetch(`${base}/auth/login`, { method: 'POST', body: form });
  if (!response.ok) throw new Error(`login: ${response.status} ${await response.text()}`);
  const { access_token: token } = (await response.json()) as { access_token: string };
  const authorization = `Bearer ${token}`;
  const me = (await (await fetch(`${base}/auth/me`, { headers: { authorization } })).json()) as { id: string };
  return { authorization, userId: me.id };
}
