/** Rate limits per key. The store decides; if it does not reply, a local store does, so that limits apply during an outage. */

import type { Log } from '../core/log.ts';
import type { Clock, EndOfTurn } from '../core/ports.ts';
import type { Decision, Policy } from '../model/sliding-window.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { createMemoryRateLimitStore } from './memory-store.ts';
import type { ConsumeRequest, ConsumeResult, RateLimitStore } from './store.ts';

export interface Consumed {
  readonly decision?: Decision;
  /** Undefined if the store did not reply. */
  readonly values: ConsumeResult['values'] | undefined;
}

export interface Limit {
  readonly key: string;
  readonly policies: readonly Policy[];
}

export interface KeyDecision extends Decision {
  readonly key: string;
}

export interface Limiter {
  /**
   * Charges `cost` units to a key under its policies, and reads other keys in the same round trip. Never rejects, and never
   * takes longer than the store's deadline.
   */
  consume(request: ConsumeRequest): Promise<Consumed>;
  /** Charges `cost` units (default 1) to `key`; `cost` 0 only reads the windows. */
  decide(key: string, policies: readonly Policy[], cost?: number): Promise<Decision>;
  /** Decides one unit of each key without charging it, in one round trip. */
  peekAll(limits: readonly Limit[]): Promise<readonly KeyDecision[]>;
  /** Charges one unit to each key, in one round trip; a key over its limit does not keep the others from being charged. */
  consumeAll(limits: readonly Limit[]): Promise<readonly KeyDecision[]>;
  /** Requests that local limits decided since the start. */
  failOpens(): number;
}

export interface LimiterOptions {
  readonly rateLimitStore: RateLimitStore;
  readonly clock: Clock;
  readonly log: Log;
  /** If given, the requests of one turn of the event loop share round trips. */
  readonly endOfTurn?: EndOfTurn | undefined;
}

/** Requests per round trip: the script blocks Redis while it runs. */
const BATCH_SIZE = 16;

export function createLimiter({ rateLimitStore, clock, log, endOfTurn }: LimiterOptions): Limiter {
  const breaker = createCircuitBreaker({ name: 'limits', clock, log });
  const localStore = createMemoryRateLimitStore({ clock });
  let queue: { readonly request: ConsumeRequest; readonly resolve: (result: Consumed) => void }[] = [];
  let scheduled = false;
  let failOpens = 0;

  async function consumeLocally(request: ConsumeRequest): Promise<Consumed> {
    failOpens += 1;
    const [result] = await localStore.consume([{ ...request, read: [] }]);
    return { values: undefined, ...(result?.decision ? { decision: result.decision } : {}) };
  }

  async function send(batch: typeof queue): Promise<void> {
    const requests = batch.map(({ request }) => request);
    const results = await breaker.call(() => rateLimitStore.consume(requests));
    for (const [i, { request, resolve }] of batch.entries()) resolve(results?.[i] ?? (await consumeLocally(request)));
  }

  function flush(): void {
    const queued = queue;
    queue = [];
    scheduled = false;
    // Half-open: a single request probes the store; the rest use local limits.
    const size = breaker.healthy ? BATCH_SIZE : 1;
    for (let from = 0; from < queued.length; from += size) void send(queued.slice(from, from + size));
  }

  const enqueue = (request: ConsumeRequest) =>
    new Promise<Consumed>((resolve) => {
      queue.push({ request, resolve });
    });

  function schedule(): void {
    if (!endOfTurn) flush();
    else if (!scheduled) {
      scheduled = true;
      endOfTurn(flush);
    }
  }

  function consume(request: ConsumeRequest): Promise<Consumed> {
    const result = enqueue(request);
    schedule();
    return result;
  }

  function decideAll(limits: readonly Limit[], peek: boolean): Promise<KeyDecision[]> {
    const decisions = limits.map(async ({ key, policies }) => {
      const { decision } = await enqueue({ limit: { key: `limit:${key}`, policies, cost: 1, peek }, read: [] });
      return { key, ...(decision as Decision) };
    });
    schedule();
    return Promise.all(decisions);
  }

  return {
    consume,
    decide: async (key, policies, cost = 1) => {
      const { decision } = await consume({ limit: { key: `limit:${key}`, policies, cost }, read: [] });
      return decision as Decision;
    },
    peekAll: (limits) => decideAll(limits, true),
    consumeAll: (limits) => decideAll(limits, false),
    failOpens: () => failOpens,
  };
}
