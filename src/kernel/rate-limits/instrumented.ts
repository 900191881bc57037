/** Metrics of rate limits: decisions by what was limited, decisions made without the store, and the store's latency. */
import type { Metrics } from '../core/metrics.ts';
import { storeTimer } from '../kv/instrumented.ts';
import type { Limiter } from './limiter.ts';
import type { RateLimitStore } from './store.ts';

/** Counts the decisions of a limiter. Requests that charge nothing are not counted. */
export function instrumentLimiter(limiter: Limiter, metrics: Metrics): Limiter {
  const decisions = metrics.counter('pharos_rate_limit_decisions_total', 'Decisions of the limiter, by what was limited', [
    'by',
    'decision',
  ]);
  metrics.gauge('pharos_rate_limit_fail_opens', 'Requests since the start that local limits decided, the store being away', () =>
    limiter.failOpens(),
  );
  const count = (by: string, admitted: boolean) => decisions.add({ by, decision: admitted ? 'admitted' : 'refused' });

  return {
    consume: async (request) => {
      const result = await limiter.consume(request);
      if (request.limit && request.limit.cost > 0 && result.decision)
        count(subject(request.limit.key.slice('limit:'.length)), result.decision.admitted);
      return result;
    },
    decide: async (key, policies, cost) => {
      const decision = await limiter.decide(key, policies, cost);
      if (cost !== 0) count(subject(key), decision.admitted);
      return decision;
    },
    peekAll: (limits) => limiter.peekAll(limits),
    consumeAll: async (limits) => {
      const decisions = await limiter.consumeAll(limits);
      for (const { key, admitted } of decisions) count(subject(key), admitted);
      return decisions;
    },
    failOpens: () => limiter.failOpens(),
  };
}

/** Times each round trip to the store, as operation `admit`. */
export function instrumentRateLimitStore(store: RateLimitStore, metrics: Metrics): RateLimitStore {
  const timed = storeTimer(metrics);
  return { consume: (requests) => timed('admit', () => store.consume(requests)) };
}

/** The key up to its first colon, e.g. `user` of `user:<id>`: a label with few values. */
const subject = (key: string) => key.slice(0, Math.max(0, key.indexOf(':')));
