/**
 * Fetches over connections that are kept, by node:http: the built-in `fetch` takes more than twice the processor time for a request,
 * which is a tenth of a search's.
 */
import { Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as SecureAgent } from 'node:https';
import type { Fetch } from '../kernel/core/ports.ts';

/** What of `RequestInit` is understood. Redirects are not followed. */
interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Statuses whose responses have no body. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/** For addresses that are given as text, and bodies that are text or bytes. Rejects with the signal's reason once it fires. */
export function createKeepAliveFetch(): Fetch {
  const plain = new Agent({ keepAlive: true });
  const secure = new SecureAgent({ keepAlive: true });

  function send(url: string, { method, headers, body, signal }: Sent, isRepeated = false): Promise<Response> {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const isSecure = url.startsWith('https:');
    const options = { method, headers, agent: isSecure ? secure : plain };
    const request = isSecure ? requestHttps(url, options) : requestHttp(url, options);
    const onAbort = () => {
      reject(signal?.reason);
      request.destroy();
    };
    const end = () => signal?.removeEventListener('abort', onAbort);
    let isAnswered = false;
    signal?.addEventListener('abort', onAbort);
    request.on('response', (response) => {
      isAnswered = true;
      readResponse(response).then(resolve, reject).finally(end);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      end();
      // The server closed the connection as idle while the request was on its way.
      if (error.code === 'ECONNRESET' && request.reusedSocket && !isAnswered && !isRepeated && !signal?.aborted)
        resolve(send(url, { method, headers, body, signal }, true));
      else reject(error);
    });
    request.end(body);
    return promise;
  }

  return async function keepAliveFetch(input, { method = 'GET', headers, body, signal } = {}) {
    signal?.throwIfAborted();
    const sent = { method, headers: headers as Record<string, string>, body: body as string | Uint8Array | undefined };
    return await send(String(input), { ...sent, signal: signal ?? undefined });
  };
}

async function readResponse(response: IncomingMessage): Promise<Response> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const { statusCode: status = 0, headers } = response;
  const type = headers['content-type'];
  const body = WITHOUT_BODY.has(status) ? null : Buffer.concat(parts);
  return new Response(body, { status, headers: type === undefined ? {} : { 'Content-Type': type } });
}
