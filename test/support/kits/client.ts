/** A small typed client of a running Pharos. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { noteSecrets } from './secrets.ts';

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface Progress {
  readonly resource_id: string;
  readonly overall_status: string;
  readonly stages: Record<string, string>;
  readonly detail: Record<string, { attempt: number; message: string | null; percent: number }>;
  readonly error_message: string | null;
}

export interface Hit {
  readonly resource_id: string;
  readonly title: string;
  readonly passage: string;
  readonly score: number;
  readonly why: { readonly words: readonly string[]; readonly meaning: number };
  readonly semantic_rank?: number;
  readonly keyword_rank?: number;
  readonly chunk: { readonly position: number; readonly heading_path: string[] };
}

export interface SearchAnswer {
  readonly query: string;
  readonly mode: string;
  readonly took_ms: number;
  readonly hits: readonly Hit[];
  readonly degraded?: boolean;
}

export function createClient(url: string) {
  let authorization: string | undefined;

  async function call<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(authorization ? { Authorization: authorization } : {}),
        ...(body === undefined || body instanceof FormData || body instanceof URLSearchParams
          ? {}
          : { 'Content-Type': 'application/json' }),
        // As through a proxy: the first account that a person at the machine registers would be an admin.
        ...(path === '/auth/register' ? { Via: '1.1 test' } : {}),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: body instanceof FormData || body instanceof URLSearchParams ? body : JSON.stringify(body) }),
      redirect: 'manual',
    });
    const text = await response.text();
    const isJson = text !== '' && (response.headers.get('content-type')?.includes('json') ?? false);
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
  }

  /** Makes later calls send `token`. */
  function authorize(token: string): void {
    authorization = `Bearer ${token}`;
  }

  /** Registers a new user and logs in. Later calls send the token. */
  async function login(username = `user-${randomUUID().slice(0, 8)}`) {
    const password = 'a long enough phrase';
    await call('POST', '/auth/register', { username, email: `${username}@example.org`, password });
    const { body } = await call<{ access_token: string; refresh_token: string }>(
      'POST',
      '/auth/login',
      new URLSearchParams({ username, password }),
    );
    authorize(body.access_token);
    noteSecrets(password, body.access_token, body.refresh_token);
    return { username, password, ...body };
  }

  async function post(resource: Record<string, unknown>): Promise<string> {
    const answer = await call<{ id: string }>('POST', '/resources', resource);
    if (answer.status !== 202) throw new Error(`POST /resources answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  }

  /**
   * Polls until the resource is completed or failed, ever more slowly: on a busy machine the limit of the user's own requests
   * would be used up otherwise. Throws after `seconds`.
   */
  async function finished(id: string, seconds = 60): Promise<Progress> {
    const deadline = Date.now() + seconds * 1000;
    for (let pauseMs = 50; ; pauseMs = Math.min(1000, pauseMs * 1.5)) {
      const { status, body } = await call<Progress>('GET', `/resources/${id}/progress`);
      if (status === 200 && (body.overall_status === 'completed' || body.overall_status === 'failed')) return body;
      if (Date.now() > deadline) throw new Error(`not finished after ${seconds} s: ${status} ${JSON.stringify(body)}`);
      await sleep(pauseMs);
    }
  }

  const search = (q: string, parameters: Record<string, string> = {}) =>
    call<SearchAnswer>('GET', `/search?${new URLSearchParams({ q, ...parameters })}`);

  return { call, authorize, login, post, finished, search, token: () => authorization };
}

export type Client = ReturnType<typeof createClient>;
