/** The rate limit store of a single process. Requests are atomic because a decision never awaits. */
import type { Clock } from '../core/ports.ts';
import { createExpiringMap } from '../kv/expiring-map.ts';
import type { KeyValue } from '../kv/key-value.ts';
import { type Decision, decide, emptyWindow, type Window } from '../model/sliding-window.ts';
import type { ConsumeRequest, RateLimitStore } from './store.ts';

/** `kv` holds the keys that requests read; without it every value is undefined. */
export function createMemoryRateLimitStore({ clock, kv }: { clock: Clock; kv?: Pick<KeyValue, 'get'> }): RateLimitStore {
  const keys = createExpiringMap<Map<string, Window>>({ clock });

  function charge({ key, policies, cost, peek = false }: NonNullable<ConsumeRequest['limit']>): Decision {
    const windows = keys.get(key) ?? new Map<string, Window>();
    for (const { name } of policies) if (!windows.has(name)) windows.set(name, emptyWindow());
    const now = Math.floor(clock.monotonic());
    const decision = decide(
      policies,
      policies.map(({ name }) => windows.get(name) as Window),
      cost,
      now,
      peek,
    );
    if (decision.admitted && cost > 0 && !peek) keys.set(key, windows, Math.max(...policies.map(({ windowMs }) => windowMs)));
    return inUnixTime(decision, clock.now() - now);
  }

  return {
    consume: (requests) =>
      Promise.all(
        requests.map(async ({ limit, read }) => {
          const values = Promise.all(read.map((key) => kv?.get(key)));
          return limit ? { decision: charge(limit), values: await values } : { values: await values };
        }),
      ),
  };
}

/** Windows are kept in monotonic time, so that a clock set back refuses no requests; clients read Unix time. */
const inUnixTime = (decision: Decision, offset: number): Decision => ({
  ...decision,
  states: decision.states.map((state) => ({ ...state, resetAt: state.resetAt + offset })),
});
