/** Waits until the worker responds to `/health` with 200: its model is loaded then. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fetch } from '../../kernel/core/ports.ts';

const PAUSE_MS = 50;

/** Resolves to true once the worker is healthy, and to false when `signal` fires first. Failed attempts are not logged. */
export async function workerReady(url: string, { fetch, signal }: { fetch: Fetch; signal: AbortSignal }): Promise<boolean> {
  while (!signal.aborted) {
    try {
      const response = await fetch(`${url}/health`, { signal });
      await response.body?.cancel();
      if (response.ok) return true;
    } catch {
      // Not listening yet.
    }
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  return false;
}
