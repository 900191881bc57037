/**
 * A store that may be down, slow or flapping, asked in such a way that no request notices: each question has a deadline,
 * and after a failure the store is left alone for a moment. One log line per outage, one when it is over.
 */
import type { Log } from '../core/log.ts';
import type { Clock } from '../core/ports.ts';

export interface CircuitBreaker {
  /** The answer, or undefined where the store gave none in time, or is being left alone. Never rejects. */
  ask<T>(question: () => Promise<T>): Promise<T | undefined>;
  /** Whether the last question was answered. */
  readonly healthy: boolean;
  /** Questions that went unanswered since the start. */
  readonly failures: number;
}

export const STORE_DEADLINE_MS = 200;
const REST_MS = 1000;

export function createCircuitBreaker({ name, clock, log }: { name: string; clock: Clock; log: Log }): CircuitBreaker {
  let restUntil = 0;
  let healthy = true;
  let failures = 0;

  function failed(error: unknown): undefined {
    failures += 1;
    restUntil = clock.now() + REST_MS;
    if (healthy) log.warning(`${name}: the store does not answer, local limits and the database decide`, { error });
    healthy = false;
    return undefined;
  }

  async function ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    if (clock.now() < restUntil) {
      failures += 1;
      return undefined;
    }
    // While it is down, one question at a time finds out whether it is back; the others do not wait for it.
    if (!healthy) restUntil = clock.now() + STORE_DEADLINE_MS;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${STORE_DEADLINE_MS} ms`)), STORE_DEADLINE_MS);
      });
      const answer = await Promise.race([question(), late]);
      if (!healthy) log.info(`${name}: the store answers again`);
      healthy = true;
      restUntil = 0;
      return answer;
    } catch (error) {
      return failed(error);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    ask,
    get healthy() {
      return healthy;
    },
    get failures() {
      return failures;
    },
  };
}
