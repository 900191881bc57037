/** Sends requests: with the credentials, again after a refusal that passes, and to one origin only. */
import type { Credentials } from './credentials.ts';
import { errorOf, PharosError, unreachable } from './error.ts';
import type { Parts } from './parts.ts';
import { isRepeatable, type RetryRules, TAKES_IDEMPOTENCY_KEY, waitBefore } from './retry.ts';
import { GIVEN_UP } from './under-way.ts';

export interface TransportOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly rules: RetryRules;
  /** Milliseconds until the headers of a response must have arrived. */
  readonly timeout: number;
  readonly parts: Parts;
}

export interface SendOptions {
  /** Absent: the request is sent without credentials. */
  readonly credentials?: Credentials | undefined;
  readonly signal?: AbortSignal | null | undefined;
  /** Milliseconds in place of the client's. */
  readonly timeout?: number;
  /** Whether it may be sent again after a lost response. Default: by its method, its path and its headers. */
  readonly isRepeatable?: boolean;
  /** Default: `fetch`. Uploads in browsers use XMLHttpRequest, which reports progress. */
  readonly fetch?: Parts['fetch'];
}

export interface Transport {
  /** `build` makes the request anew for each attempt. Resolves to a successful response; throws PharosError otherwise. */
  send(build: () => Request, options?: SendOptions): Promise<Response>;
  /** Sends a request once, as it is. Resolves to its response, whatever the status; throws PharosError where none came. */
  sendOnce(request: Request, options?: Pick<SendOptions, 'credentials' | 'signal'>): Promise<Response>;
}

export function createTransport({ url, rules, timeout, parts }: TransportOptions): Transport {
  const base = new URL(url);
  const pathOf = (request: Request) => new URL(request.url).pathname.slice(base.pathname.replace(/\/$/, '').length);

  /** `ending`: aborted where the session of a read is to be ended. */
  async function once(
    request: Request,
    { signal, timeout: ms = timeout, fetch = parts.fetch }: SendOptions,
    ending?: AbortSignal,
  ): Promise<Response> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DOMException(`no response within ${ms} ms`, 'TimeoutError')), ms);
    const givenUp = [request.signal, signal, ending].filter((one) => one instanceof AbortSignal);
    try {
      return await fetch(request, { signal: AbortSignal.any([...givenUp, late.signal]) });
    } catch (cause) {
      if (givenUp.some(({ aborted }) => aborted)) throw cause;
      throw unreachable(new URL(request.url).origin, late.signal.aborted ? late.signal.reason : cause);
    } finally {
      clearTimeout(timer);
    }
  }

  async function attempt(request: Request, options: SendOptions): Promise<Response> {
    const send = (ending?: AbortSignal) => once(request, options, ending);
    const response = await (options.credentials?.underWay?.run(request, send) ?? send());
    if (response.ok) return response;
    // Followed, a redirect could carry a password or a token to another server.
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) throw redirected(response, base);
    throw await errorOf(response, parts.now);
  }

  return {
    async sendOnce(request, options = {}) {
      const authorization = await options.credentials?.authorization();
      if (authorization !== undefined) request.headers.set('Authorization', authorization);
      return await once(request, options);
    },
    async send(build, options = {}) {
      const { credentials, signal } = options;
      // One key for all attempts of a request.
      const key = hex(crypto.getRandomValues(new Uint8Array(16)));
      let renewed = false;
      for (let tries = 0, unheard = false; ; ) {
        const request = build();
        const path = pathOf(request);
        const { headers } = request;
        if (request.method === 'POST' && TAKES_IDEMPOTENCY_KEY.has(path) && !headers.has('Idempotency-Key')) {
          headers.set('Idempotency-Key', key);
        }
        const authorization = await credentials?.authorization();
        if (authorization !== undefined) headers.set('Authorization', authorization);
        const repeatable = options.isRepeatable ?? isRepeatable(request, path);
        try {
          return await attempt(request, options);
        } catch (error) {
          // What the authorization says next is whether the session has ended.
          if (error === GIVEN_UP) continue;
          if (!renewed && credentials && isExpired(error)) {
            renewed = true;
            if (await credentials.renew(authorization)) continue;
          }
          if (unheard && isDeleted(request, error)) return new Response(null, { status: 204 });
          const waitMs = repeatable ? waitBefore(tries, error, rules, parts.random) : undefined;
          if (waitMs === undefined) throw error;
          tries += 1;
          unheard ||= mayHaveArrived(error);
          await parts.sleep(waitMs, signal ?? request.signal);
        }
      }
    },
  };
}

/** Not where the password must be entered again: a renewed token would not do either. */
const isExpired = (error: unknown) =>
  error instanceof PharosError && error.status === 401 && error.code !== 'insufficient_user_authentication';

/** The answer was lost, or a proxy gave one in the server's place; a refusal by 429 left nothing done. */
const mayHaveArrived = (error: unknown) => error instanceof PharosError && error.status !== 429;

/** An earlier attempt deleted it: this one finds nothing, and the outcome is what was asked for. */
const isDeleted = ({ method }: Request, error: unknown) =>
  method === 'DELETE' && error instanceof PharosError && error.status === 404 && error.code === 'not_found';

function redirected(response: Response, { origin }: URL): PharosError {
  const location = response.headers.get('location');
  const detail = `${origin} redirects${location === null ? '' : ` to ${location.slice(0, 200)}`}: use the address of the server itself`;
  return new PharosError({ status: response.status, code: 'redirected', detail });
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
