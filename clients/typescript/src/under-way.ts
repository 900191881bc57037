/** The requests of a session whose responses have not arrived, and what becomes of them when the session is ended. */
import type { Parts } from './parts.ts';

export interface UnderWay {
  /**
   * Sends `request` by `send`, and resolves as that does. A read rejects with `GIVEN_UP` where the session is to be ended before
   * its response arrived: `signal` is aborted then, and the body of a response that did arrive is not.
   */
  run(request: Request, send: (signal?: AbortSignal) => Promise<Response>): Promise<Response>;
  /** Gives reads up and waits for changes, but not longer than `LONGEST_MS`. Reads are sent again when `end` has settled. */
  around<T>(end: () => Promise<T>): Promise<T>;
}

/** Nothing came of a read, and it may be sent again where the session goes on after all. */
export const GIVEN_UP = new DOMException('The session is being ended', 'AbortError');

/** A change that takes longer, such as a large file, does not hold a log-out. */
const LONGEST_MS = 2_000;

export function createUnderWay({ sleep }: Pick<Parts, 'sleep'>): UnderWay {
  const reads = new Set<AbortController>();
  const changes = new Set<Promise<Response>>();
  let isEnding = false;

  async function read(send: (signal: AbortSignal) => Promise<Response>): Promise<Response> {
    if (isEnding) throw GIVEN_UP;
    const controller = new AbortController();
    reads.add(controller);
    return await send(controller.signal).finally(() => reads.delete(controller));
  }

  async function change(send: () => Promise<Response>): Promise<Response> {
    const sent = send();
    changes.add(sent);
    return await sent.finally(() => changes.delete(sent));
  }

  async function settle(): Promise<void> {
    for (const controller of reads) controller.abort(GIVEN_UP);
    if (changes.size === 0) return;
    const settled = new AbortController();
    const late = sleep(LONGEST_MS, settled.signal).catch(() => undefined);
    await Promise.race([Promise.allSettled(changes), late]);
    settled.abort();
  }

  return {
    run: ({ method }, send) => (method === 'GET' ? read(send) : change(send)),
    around: async (end) => {
      isEnding = true;
      try {
        await settle();
        return await end();
      } finally {
        isEnding = false;
      }
    },
  };
}
