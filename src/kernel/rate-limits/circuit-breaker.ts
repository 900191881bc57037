/**
 * A circuit breaker for a store that may be down, slow or flapping. Each call has a deadline; after a failure the circuit is
 * open for a second, then one call at a time probes the store. An outage is logged once when it starts and once when it ends.
 */
import { withDeadline } from '../core/deadline.ts';
import type { Log } from '../core/log.ts';
import type { Clock } from '../core/ports.ts';

export interface CircuitBreaker {
  /** The result of `request`; undefined if it failed, took too long, or was not sent. Never rejects. */
  call<T>(request: () => Promise<T>): Promise<T | undefined>;
  /** Whether the last request succeeded. */
  readonly healthy: boolean;
  /** Calls without a result since the start. */
  readonly failures: number;
}

export const STORE_DEADLINE_MS = 200;
const OPEN_MS = 1000;

export function createCircuitBreaker({ name, clock, log }: { name: string; clock: Clock; log: Log }): CircuitBreaker {
  let openUntil = 0;
  let healthy = true;
  let failures = 0;

  function failed(error: unknown): undefined {
    failures += 1;
    openUntil = clock.monotonic() + OPEN_MS;
    if (healthy) log.warning(`${name}: the store does not reply; local limits and the database decide`, { error });
    healthy = false;
    return undefined;
  }

  async function call<T>(request: () => Promise<T>): Promise<T | undefined> {
    if (clock.monotonic() < openUntil) {
      failures += 1;
      return undefined;
    }
    // Half-open: the circuit stays open for the others while this call probes the store.
    if (!healthy) openUntil = clock.monotonic() + STORE_DEADLINE_MS;
    try {
      const result = await withDeadline({ ms: STORE_DEADLINE_MS, subject: 'the store' }, request);
      if (!healthy) log.info(`${name}: the store replies again`);
      healthy = true;
      openUntil = 0;
      return result;
    } catch (error) {
      return failed(error);
    }
  }

  return {
    call,
    get healthy() {
      return healthy;
    },
    get failures() {
      return failures;
    },
  };
}
