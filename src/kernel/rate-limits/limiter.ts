/** Limits by key, decided in the store; where it gives no answer, by a local memory, so that they never vanish. */

import type { Log } from '../core/log.ts';
import type { Clock, EndOfTurn } from '../core/ports.ts';
import type { ConsumeRequest, ConsumeResult, KeyValue } from '../kv/key-value.ts';
import { createMemoryKeyValue } from '../kv/memory.ts';
import type { Decision, Policy } from '../model/sliding-window.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';

export interface Consumed {
  readonly decision?: Decision;
  /** Undefined where the store gave no answer. */
  readonly values: ConsumeResult['values'] | undefined;
}

export interface Limiter {
  /**
   * Decides `cost` units of `key` under `policies`, and reads keys along in the same round trip. Never rejects, never
   * takes longer than the store's deadline.
   */
  consume(request: ConsumeRequest): Promise<Consumed>;
  /** A decision alone; `cost` 0 only looks. */
  decide(key: string, policies: readonly Policy[], cost?: number): Promise<Decision>;
  /** Requests that local limits decided since the start. */
  failOpens(): number;
}

export interface LimiterOptions {
  readonly kv: KeyValue;
  readonly clock: Clock;
  readonly log: Log;
  /** Where given, what is asked within one turn of the event loop goes to the store together. */
  readonly endOfTurn?: EndOfTurn | undefined;
}

/** What goes to the store together at most: it does nothing else meanwhile. */
const TOGETHER = 16;

export function createLimiter({ kv, clock, log, endOfTurn }: LimiterOptions): Limiter {
  const guard = createCircuitBreaker({ name: 'limits', clock, log });
  const insurance = createMemoryKeyValue({ clock });
  let waiting: { readonly request: ConsumeRequest; readonly done: (answer: Consumed) => void }[] = [];
  let failOpens = 0;

  async function locally(request: ConsumeRequest): Promise<Consumed> {
    failOpens += 1;
    const [answer] = await insurance.consume([{ ...request, read: [] }]);
    return { values: undefined, ...(answer?.decision ? { decision: answer.decision } : {}) };
  }

  async function ask(asked: typeof waiting): Promise<void> {
    const requests = asked.map(({ request }) => request);
    const answers = await guard.ask(() => kv.consume(requests));
    for (const [i, { request, done }] of asked.entries()) done(answers?.[i] ?? (await locally(request)));
  }

  function askAll(): void {
    const asked = waiting;
    waiting = [];
    // One alone finds out whether a store that was down is back; the others do not wait for it.
    const size = guard.healthy ? TOGETHER : 1;
    for (let from = 0; from < asked.length; from += size) void ask(asked.slice(from, from + size));
  }

  const admit = (request: ConsumeRequest) =>
    new Promise<Consumed>((done) => {
      waiting.push({ request, done });
      if (!endOfTurn) askAll();
      else if (waiting.length === 1) endOfTurn(askAll);
    });

  return {
    consume: admit,
    decide: async (key, policies, cost = 1) => {
      const { decision } = await admit({ limit: { key: `limit:${key}`, policies, cost }, read: [] });
      return decision as Decision;
    },
    failOpens: () => failOpens,
  };
}
