/** Counts what a limiter decided, by what it was asked about, and how often it decided without the store. */
import type { Metrics } from '../core/metrics.ts';
import type { Limiter } from './limiter.ts';

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
      const answer = await limiter.consume(request);
      // Looking is no decision.
      if (request.limit && request.limit.cost > 0 && answer.decision)
        count(subject(request.limit.key.slice('limit:'.length)), answer.decision.admitted);
      return answer;
    },
    decide: async (key, policies, cost) => {
      const decision = await limiter.decide(key, policies, cost);
      if (cost !== 0) count(subject(key), decision.admitted);
      return decision;
    },
    failOpens: () => limiter.failOpens(),
  };
}

/** `user:<id>` and the like: the part that has few values. */
const subject = (key: string) => key.slice(0, Math.max(0, key.indexOf(':')));
