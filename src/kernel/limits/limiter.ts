/** Limits by key, decided in the store; where it gives no answer, by a local memory, so that they never vanish. */

import type { AdmitAnswer, AdmitRequest, KeyValue } from '../kv/key-value.ts';
import { createMemoryKeyValue } from '../kv/memory.ts';
import type { Log } from '../log.ts';
import type { Clock } from '../ports.ts';
import { createStoreGuard } from './store-guard.ts';
import type { Decision, Policy } from './window.ts';

export interface Limiter {
  /**
   * Decides `cost` units of `key` under `policies`, and reads keys along in the same round trip. `values` is undefined
   * where the store gave no answer. Never rejects, never takes longer than the store's deadline.
   */
  admit(request: AdmitRequest): Promise<{ readonly decision?: Decision; readonly values: AdmitAnswer['values'] | undefined }>;
  /** A decision alone; `cost` 0 only looks. */
  decide(key: string, policies: readonly Policy[], cost?: number): Promise<Decision>;
  /** Requests that local limits decided since the start. */
  failOpens(): number;
}

export function createLimiter({ kv, clock, log }: { kv: KeyValue; clock: Clock; log: Log }): Limiter {
  const guard = createStoreGuard({ name: 'limits', clock, log });
  const insurance = createMemoryKeyValue({ clock });

  async function admit(request: AdmitRequest) {
    const answer = await guard.ask(() => kv.admit(request));
    if (answer) return answer;
    const { decision } = await insurance.admit({ ...request, read: [] });
    return { values: undefined, ...(decision ? { decision } : {}) };
  }

  return {
    admit,
    decide: async (key, policies, cost = 1) => {
      const { decision } = await admit({ limit: { key: `limit:${key}`, policies, cost }, read: [] });
      return decision as Decision;
    },
    failOpens: () => guard.failures,
  };
}
