/**
 * A libSQL server as Turso runs it, for the tests: Hrana over HTTP, versions 2 and 3 in JSON
 * (https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md), over one SQLite file. By hand:
 *
 *   node test/support/fakes/hrana-server.ts --file /tmp/pharos.db --port 8080 --token local
 */
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Connection, createWriteQueue, Refused } from './hrana-connection.ts';
import { answer, Failed, type Stream, type StreamRequest } from './hrana-requests.ts';

/** What befalls a request: no answer at all, a cut before or after it is carried out, or another answer. */
export type Fault = 'silent' | 'cut' | 'cut-after' | { readonly status: number; readonly body: string };

export interface HranaServer {
  readonly url: string;
  readonly token: string;
  /** Pipeline requests so far. */
  requests(): number;
  /** Asked for every request from now on, with the text of its body; undefined lets it pass. */
  interfere(fault: ((body: string) => Fault | undefined) | undefined): void;
  /** As by a crash: connections are cut, transactions rolled back, batons forgotten. */
  stop(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
}

const STREAM_MS = 10_000;

export async function startHranaServer({
  file,
  port = 0,
  token = 'libsql-token-of-the-tests',
  streamMs = STREAM_MS,
}: {
  file: string;
  port?: number;
  token?: string;
  /** Milliseconds without a request after which a stream is dropped. */
  streamMs?: number;
}): Promise<HranaServer> {
  let server: Server | undefined;
  let queue = createWriteQueue();
  let key = randomBytes(32);
  const streams = new Map<bigint, Stream>();
  let requests = 0;
  let fault: ((body: string) => Fault | undefined) | undefined;
  let listeningOn = port;

  const sign = (payload: Buffer) => createHmac('sha256', key).update(payload).digest();
  function batonOf({ id, sequence }: Stream): string {
    const payload = Buffer.alloc(16);
    payload.writeBigUInt64BE(id, 0);
    payload.writeBigUInt64BE(sequence, 8);
    return Buffer.concat([payload, sign(payload)])
      .toString('base64')
      .replace(/=+$/, '');
  }

  function acquire(baton: string | null | undefined): Stream {
    if (baton === null || baton === undefined) {
      const [id, sequence] = [randomBytes(8).readBigUInt64BE(), randomBytes(8).readBigUInt64BE()];
      const connection = new Connection(file, queue);
      const stream: Stream = { id, sequence, sqls: new Map(), connection, acquired: true, expiry: undefined };
      streams.set(id, stream);
      return stream;
    }
    const bytes = Buffer.from(baton, 'base64');
    const payload = bytes.subarray(0, 16);
    const stream = bytes.length === 48 ? streams.get(payload.readBigUInt64BE(0)) : undefined;
    if (stream === undefined || !sign(payload).equals(bytes.subarray(16))) throw new Failed(400, 'Received an invalid baton');
    if (stream.connection === undefined)
      throw new Failed(400, { message: 'The stream has expired due to inactivity', code: 'STREAM_EXPIRED' });
    if (stream.acquired || payload.readBigUInt64BE(8) !== stream.sequence)
      throw new Failed(400, 'Received a baton that has already been used');
    clearTimeout(stream.expiry);
    stream.acquired = true;
    stream.sequence = BigInt.asUintN(64, stream.sequence + 1n);
    return stream;
  }

  /** The baton for the next request; null where the stream is closed. */
  function release(stream: Stream): string | null {
    if (stream.connection === undefined) {
      streams.delete(stream.id);
      return null;
    }
    stream.acquired = false;
    stream.expiry = setTimeout(() => {
      stream.connection?.close();
      stream.connection = undefined;
    }, streamMs);
    stream.expiry.unref();
    return batonOf(stream);
  }

  function drop(stream: Stream): void {
    clearTimeout(stream.expiry);
    stream.connection?.close();
    stream.connection = undefined;
    streams.delete(stream.id);
  }

  async function pipeline(version: 2 | 3, body: string, response: ServerResponse): Promise<unknown> {
    const { baton, requests: given } = parse(body);
    const stream = acquire(baton);
    // A client whose response was cut lacks the next baton, so it cannot continue the stream.
    response.once('close', () => {
      if (!response.writableFinished) drop(stream);
    });
    const results: unknown[] = [];
    try {
      for (const request of given) {
        results.push(
          await answer(stream, request, version).then(
            (response) => ({ type: 'ok', response: { type: request.type, ...response } }),
            (error: unknown) => {
              if (!(error instanceof Refused)) throw error;
              return { type: 'error', error: { message: error.message, code: error.code } };
            },
          ),
        );
      }
    } catch (error) {
      drop(stream);
      throw error;
    }
    return { baton: release(stream), base_url: null, results };
  }

  const answerTo = async (request: IncomingMessage, response: ServerResponse): Promise<[status: number, body: unknown]> => {
    const path = new URL(request.url ?? '/', 'http://server').pathname;
    const route = /^\/v([23])(\/pipeline)?$/.exec(path);
    if (!route) return [404, ''];
    if (!route[2]) return request.method === 'GET' ? [200, 'Hello, this is HTTP API v2 (Hrana over HTTP)'] : [405, ''];
    requests += 1;
    const given = request.headers.authorization;
    if (given === undefined) throw new Failed(401, { error: 'Unauthorized: `Expected authorization header but none given`' });
    if (given !== `Bearer ${token}`) throw new Failed(401, { error: 'Unauthorized: `The JWT is invalid`' });
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const befallen = fault?.(body);
    if (befallen === 'silent') await new Promise(() => undefined);
    if (befallen === 'cut') throw new Cut();
    if (typeof befallen === 'object') return [befallen.status, befallen.body];
    const answered = await pipeline(route[1] === '2' ? 2 : 3, body, response);
    if (befallen === 'cut-after') throw new Cut();
    return [200, answered];
  };

  function listener(request: IncomingMessage, response: ServerResponse): void {
    const send = (status: number, body: unknown) =>
      typeof body === 'string'
        ? response.writeHead(status, { 'Content-Type': 'text/plain' }).end(body)
        : response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    answerTo(request, response).then(
      ([status, body]) => send(status, body),
      (error: unknown) => {
        if (error instanceof Cut) return request.socket.destroy();
        if (error instanceof Failed) return send(error.status, error.body);
        return send(500, { error: `Internal Error: \`${error instanceof Error ? error.message : String(error)}\`` });
      },
    );
  }

  async function start(): Promise<void> {
    server = createServer(listener);
    server.listen(listeningOn, '127.0.0.1');
    server.unref();
    await once(server, 'listening');
    listeningOn = (server.address() as AddressInfo).port;
  }
  async function stop(): Promise<void> {
    const stopping = server;
    server = undefined;
    if (stopping === undefined) return;
    const closed = once(stopping, 'close');
    stopping.close();
    stopping.closeAllConnections();
    for (const stream of streams.values()) drop(stream);
    queue = createWriteQueue();
    key = randomBytes(32);
    await closed;
  }
  await start();
  return {
    url: `http://127.0.0.1:${listeningOn}`,
    token,
    requests: () => requests,
    interfere: (asked) => {
      fault = asked;
    },
    stop,
    start,
  };
}

class Cut extends Error {}

function parse(body: string): { baton?: string | null; requests: readonly StreamRequest[] } {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new Failed(400, `JSON deserialization error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      file: { type: 'string', default: '/tmp/pharos-libsql.db' },
      port: { type: 'string', default: '8080' },
      token: { type: 'string', default: 'local' },
    },
  });
  const { url } = await startHranaServer({ file: values.file, port: Number(values.port), token: values.token });
  console.log(`DATABASE_URL=${url}\nDATABASE_AUTH_TOKEN=${values.token}`);
  // The tests' servers keep no process alive; this one is all that this process is for.
  setInterval(() => undefined, 60_000);
}
