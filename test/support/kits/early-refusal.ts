/**
 * A client that watches for the response while it sends (RFC 9112, section 9.3): it sends the beginning of a body and waits.
 *
 * A server that answers without reading a whole body may reset the connection under the rest of it, and the reset discards the
 * response on the client's side (section 9.6). `fetch` keeps sending, so on a busy machine it loses the response.
 */
import { once } from 'node:events';
import { type Agent, type IncomingMessage, request as startRequest } from 'node:http';
import { text } from 'node:stream/consumers';

/** Small enough for any server to discard, large enough to hold the head of a form. */
const BEGINNING = 16 * 1024;

export interface LargeRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The rest of the body follows after the response, so that the agent can use the connection again. */
  readonly agent?: Agent;
}

/** Declares the whole length, sends the first 16 KiB, and resolves with the response that comes before the rest is sent. */
export async function refusedByLength(url: string, { method, headers, body, agent }: LargeRequest): Promise<Response> {
  const request = startRequest(url, { method, agent, headers: { ...headers, 'Content-Length': body.byteLength } });
  request.write(body.subarray(0, BEGINNING));
  const response = await received(request);
  if (agent) request.end(body.subarray(BEGINNING));
  else request.destroy();
  return response;
}

/** A server that closes while the client still sends may reset the connection before its response is read (RFC 9112, 9.6). */
async function unlessReset(attempt: () => Promise<Response>): Promise<Response> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === 5 || !['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

/** Sends `body` in chunks, without a length and without an end, and resolves with the response. */
export const refusedWhileRead = (url: string, large: LargeRequest): Promise<Response> =>
  unlessReset(() => sendWithoutLength(url, large));

async function sendWithoutLength(url: string, { method, headers, body }: LargeRequest): Promise<Response> {
  const request = startRequest(url, { method, headers: { ...headers, 'Transfer-Encoding': 'chunked' } });
  request.write(body);
  const response = await received(request);
  request.destroy();
  return response;
}

async function received(request: ReturnType<typeof startRequest>): Promise<Response> {
  const [message] = (await once(request, 'response')) as [IncomingMessage];
  // The server may close the connection now.
  request.on('error', () => undefined);
  const headers = Object.entries(message.headers).map(([name, value]) => [name, String(value)] as [string, string]);
  return new Response(await text(message), { status: message.statusCode ?? 0, headers });
}
