/**
 * Upstash's REST API (https://upstash.com/docs/redis/features/restapi) in front of a plain Redis: for tests, and for
 * `wrangler dev` and by hand:
 *
 *   node test/support/fakes/upstash-front.ts --redis redis://127.0.0.1:6379 --port 8079 --token local
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';

/** What the service says of requests that are larger. */
const MAX_BYTES = 1024 * 1024;
/** A REST call has no connection to keep state on, or to wait on. */
const UNAVAILABLE =
  /^(?:SUBSCRIBE|PSUBSCRIBE|SSUBSCRIBE|MONITOR|MULTI|EXEC|DISCARD|WATCH|UNWATCH|SELECT|AUTH|HELLO|CLIENT|CONFIG|DEBUG|SHUTDOWN|REPLICAOF|BLPOP|BRPOP|BLMOVE|BLMPOP|BZPOPMIN|BZPOPMAX|BZMPOP|WAIT)$/i;

type Command = readonly (string | number | boolean | object)[];
type Answer = { readonly result: unknown } | { readonly error: string };

export interface UpstashFront {
  readonly url: string;
  readonly token: string;
  /** HTTP requests so far. */
  readonly requests: () => number;
  /** Answers every request from now on, in place of Redis; undefined ends it. */
  interfere(answer: ((response: ServerResponse) => void) | undefined): void;
  close(): Promise<void>;
}

class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export async function startUpstashFront({
  redis: redisUrl,
  port = 0,
  token = 'front-token',
}: {
  redis: string;
  port?: number;
  token?: string;
}): Promise<UpstashFront> {
  const redis = new Redis(redisUrl, {
    // REST answers in RESP2's shapes: no maps.
    protocol: 2,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: () => 50,
  });
  redis.on('error', () => undefined);
  let requests = 0;
  let interference: ((response: ServerResponse) => void) | undefined;

  async function run(command: Command): Promise<Answer> {
    const [name = '', ...args] = command.map((part) => (typeof part === 'object' ? JSON.stringify(part) : String(part)));
    if (name === '') return { error: 'ERR empty command' };
    if (UNAVAILABLE.test(name))
      return {
        error: `ERR Command is not available: '${name}'. See https://upstash.com/docs/redis/overall/rediscompatibility for details`,
      };
    if (/^XREAD/i.test(name) && args.some((arg) => /^BLOCK$/i.test(arg))) return { error: 'ERR BLOCK is not allowed over REST' };
    try {
      return { result: flat(await redis.callBuffer(name, ...args)) };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  }

  async function transaction(commands: readonly Command[]): Promise<readonly Answer[]> {
    const multi = redis.multi();
    for (const [name, ...args] of commands) multi.call(String(name), ...args.map(String));
    const replies = await multi.exec().catch((error: Error) => {
      throw new Refused(400, error.message);
    });
    return (replies ?? []).map(([error, result]) => (error ? { error: error.message } : { result: flat(result) }));
  }

  async function answer(request: IncomingMessage): Promise<[status: number, body: unknown]> {
    const url = new URL(request.url ?? '/', 'http://front');
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? url.searchParams.get('_token');
    if (given !== token) throw new Refused(401, 'WRONGPASS invalid or missing auth token');
    const body = await bodyOf(request);
    const encode = request.headers['upstash-encoding'] === 'base64' ? inBase64 : asText;
    const present = (one: Answer) => ('error' in one ? one : { result: encode(one.result) });
    if (url.pathname === '/pipeline' || url.pathname === '/multi-exec') {
      const commands = parse(body);
      if (!commands.every(Array.isArray)) throw new Refused(400, 'ERR failed to parse pipeline request');
      const answers = url.pathname === '/pipeline' ? await Promise.all(commands.map(run)) : await transaction(commands);
      return [200, answers.map(present)];
    }
    const path = url.pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
    const options = [...url.searchParams]
      .filter(([name]) => name !== '_token')
      .flat()
      .filter((part) => part !== '');
    const command = path.length === 0 ? parse(body) : [...path, ...(body === '' ? [] : [body]), ...options];
    const one = present(await run(command));
    return ['error' in one ? 400 : 200, one];
  }

  const server = createServer((request, response) => {
    requests += 1;
    if (interference) {
      request.resume();
      return interference(response);
    }
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    answer(request).then(
      ([status, body]) => send(status, body),
      (error: unknown) =>
        send(error instanceof Refused ? error.status : 500, { error: error instanceof Error ? error.message : 'ERR' }),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  if (redis.status !== 'ready') await once(redis, 'ready');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    requests: () => requests,
    interfere: (with_) => {
      interference = with_;
    },
    close: async () => {
      redis.disconnect();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BYTES) throw new Refused(400, `ERR max request size exceeded. Limit: ${MAX_BYTES} bytes, Actual: ${size} bytes`);
  return Buffer.concat(chunks).toString('utf8');
}

function parse(body: string): Command & readonly Command[] {
  try {
    const value: unknown = JSON.parse(body);
    if (Array.isArray(value)) return value as unknown as Command & readonly Command[];
  } catch {
    // Said below.
  }
  throw new Refused(400, 'ERR failed to parse command');
}

/** ioredis turns the reply to HGETALL into an object; REST returns the list that Redis sent. */
function flat(result: unknown): unknown {
  const isObject = typeof result === 'object' && result !== null && !Array.isArray(result) && !Buffer.isBuffer(result);
  return isObject ? Object.entries(result).flat() : result;
}

/** Text in base64 at any depth; numbers, null and the status OK as they are. */
function inBase64(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inBase64);
  if (!Buffer.isBuffer(value)) return value === 'OK' || typeof value !== 'string' ? value : Buffer.from(value).toString('base64');
  return value.toString() === 'OK' ? 'OK' : value.toString('base64');
}

function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  return Buffer.isBuffer(value) ? value.toString('utf8') : value;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
      port: { type: 'string', default: '8079' },
      token: { type: 'string', default: 'local' },
    },
  });
  const { url } = await startUpstashFront({ redis: values.redis, port: Number(values.port), token: values.token });
  console.log(`UPSTASH_REDIS_REST_URL=${url}\nUPSTASH_REDIS_REST_TOKEN=${values.token}`);
}
