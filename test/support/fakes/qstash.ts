/**
 * A local QStash: takes messages over its HTTP API, delivers them signed, retries, keeps to flow control, drops what it has
 * seen the deduplication id of, and reports to the callbacks (https://upstash.com/docs/qstash). Told to, it delivers twice
 * and out of order, as the real one may. A second of its schedule takes `secondMs`.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { base64url, SignJWT } from 'jose';

export const QSTASH_TOKEN = 'qstash-token-of-the-tests';
export const QSTASH_KEYS = { current: 'sig_current_key_of_the_local_queue', next: 'sig_next_key_of_the_local_queue' };

export interface QstashOptions {
  readonly now?: () => number;
  readonly secondMs?: number;
  /** Delivers every message twice at once. */
  readonly twice?: boolean;
  /** Delivers what waits in any order. */
  readonly shuffle?: boolean;
  /** Called before a message is delivered again. */
  readonly onRetry?: () => void;
  /** Signs with the key that comes next, as during a rotation. */
  readonly rotated?: boolean;
}

interface Message {
  readonly id: string;
  readonly url: string;
  readonly body: string;
  readonly header: (name: string) => string | undefined;
}

export interface Delivery {
  readonly messageId: string;
  readonly body: string;
  readonly retried: number;
  readonly status: number;
}

/** No plan allows more. */
const MOST_RETRIES = 5;

export async function startQstash({ now = Date.now, secondMs = 20, twice, shuffle, rotated, onRetry }: QstashOptions = {}) {
  const waiting = new Map<string, Message[]>();
  const underWay = new Map<string, number>();
  const known = new Map<string, string>();
  const published: { readonly headers: IncomingMessage['headers']; readonly body: string; readonly url: string }[] = [];
  const deliveries: Delivery[] = [];
  const callbacks: { readonly url: string; readonly status: number }[] = [];
  const work = new Set<Promise<void>>();
  let answer: { readonly status: number; readonly headers?: Record<string, string>; readonly body: unknown } | undefined;
  let most = 0;
  let closed = false;

  async function post(url: string, body: string, headers: Record<string, string>): Promise<Response | undefined> {
    const seconds = Math.floor(now() / 1000);
    // The real one pads the digest.
    const digest = `${base64url.encode(createHash('sha256').update(body).digest())}=`;
    const signature = await new SignJWT({ body: digest })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer('Upstash')
      .setSubject(url)
      .setIssuedAt(seconds)
      .setNotBefore(seconds)
      .setExpirationTime(seconds + 300)
      .setJti(`jwt_${randomUUID()}`)
      .sign(new TextEncoder().encode(rotated ? QSTASH_KEYS.next : QSTASH_KEYS.current));
    return fetch(url, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/json', 'Upstash-Signature': signature, ...headers },
    }).catch(() => undefined);
  }

  async function report(message: Message, to: string | undefined, outcome: { status: number; body: string; retried: number }) {
    if (to === undefined) return;
    const body = JSON.stringify({
      status: outcome.status,
      header: {},
      body: btoa(outcome.body),
      retried: outcome.retried,
      maxRetries: Number(message.header('retries') ?? 3),
      sourceMessageId: message.id,
      topicName: '',
      endpointName: '',
      url: message.url,
      method: 'POST',
      sourceHeader: {},
      sourceBody: btoa(message.body),
      notBefore: '0',
      createdAt: String(now()),
      scheduleId: '',
      callerIP: '127.0.0.1',
    });
    const response = await post(to, body, { 'Upstash-Message-Id': `msg_${randomUUID()}` });
    callbacks.push({ url: to, status: response?.status ?? 0 });
    await response?.body?.cancel();
  }

  async function deliver(message: Message): Promise<void> {
    const retries = Number(message.header('retries') ?? 3);
    for (let retried = 0; !closed; retried += 1) {
      const response = await post(message.url, message.body, {
        'Upstash-Message-Id': message.id,
        'Upstash-Retried': String(retried),
        'User-Agent': 'Upstash-QStash',
      });
      const outcome = { status: response?.status ?? 0, body: (await response?.text()) ?? '', retried };
      deliveries.push({ messageId: message.id, body: message.body, retried, status: outcome.status });
      // The callback hears of every attempt.
      await report(message, message.header('callback'), outcome);
      if (response?.ok) return;
      const final = response?.status === 489 && response.headers.get('upstash-nonretryable-error') === 'true';
      if (final || retried >= retries) return report(message, message.header('failure-callback'), outcome);
      const after = Number(response?.headers.get('retry-after') ?? Number.NaN);
      await sleep((Number.isFinite(after) ? after : 2 ** retried) * secondMs);
      onRetry?.();
    }
  }

  function start(key: string, parallelism: number): void {
    const line = waiting.get(key) ?? [];
    while (line.length > 0 && (underWay.get(key) ?? 0) < parallelism) {
      const [message] = line.splice(shuffle ? Math.floor(Math.random() * line.length) : 0, 1) as [Message];
      underWay.set(key, (underWay.get(key) ?? 0) + 1);
      most = Math.max(most, underWay.get(key) ?? 0);
      const delivered = Promise.all(Array.from({ length: twice ? 2 : 1 }, () => deliver(message))).then(() => {
        underWay.set(key, (underWay.get(key) ?? 1) - 1);
        work.delete(delivered);
        start(key, parallelism);
      });
      work.add(delivered);
    }
  }

  const server = createServer(async (request, response) => {
    const body = await text(request);
    const send = (status: number, value: unknown, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
      response.end(JSON.stringify(value));
    };
    if (answer) return send(answer.status, answer.body, answer.headers);
    if (request.headers.authorization !== `Bearer ${QSTASH_TOKEN}`) return send(401, { error: 'unable to authenticate' });
    const url = /^\/v2\/publish\/(https?:\/\/.+)$/.exec(request.url ?? '')?.[1];
    if (request.method !== 'POST' || url === undefined) return send(400, { error: 'invalid destination url' });
    const header = (name: string) => request.headers[`upstash-${name}`]?.toString();
    if (Number(header('retries') ?? 3) > MOST_RETRIES) return send(400, { error: 'maxRetries exceeds quota' });
    published.push({ headers: request.headers, body, url });
    const deduplication = header('deduplication-id');
    const before = deduplication === undefined ? undefined : known.get(deduplication);
    if (before !== undefined) return send(202, { messageId: before, deduplicated: true });
    const id = `msg_${randomUUID()}`;
    if (deduplication !== undefined) known.set(deduplication, id);
    const key = header('flow-control-key') ?? id;
    const parallelism = Number(/parallelism=(\d+)/.exec(header('flow-control-value') ?? '')?.[1] ?? 1000);
    waiting.set(key, [...(waiting.get(key) ?? []), { id, url, body, header }]);
    send(201, { messageId: id });
    // Not before everything that was sent at once is there: so the order is this queue's to choose.
    setTimeout(() => start(key, parallelism), 5);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();

  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    published,
    deliveries,
    callbacks,
    /** The most messages of one flow-control key that were under way at once. */
    mostAtOnce: () => most,
    /** From now on every request is answered so. */
    answerWith: (fixed: typeof answer) => {
      answer = fixed;
    },
    /** Resolves when nothing waits and nothing is under way. */
    settled: async () => {
      do {
        await sleep(15);
        await Promise.all(work);
      } while (work.size > 0 || [...waiting.values()].some((line) => line.length > 0));
    },
    close: async () => {
      closed = true;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type LocalQstash = Awaited<ReturnType<typeof startQstash>>;
