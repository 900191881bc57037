/** The end of a process that is needed no longer, after the answers to what was asked of it. */
import { setImmediate } from 'node:timers/promises';
import type { Log } from '../../src/kernel/core/log.ts';
import type { Embedder } from './embedder.ts';

export interface DrainingEmbedder extends Embedder {
  /** Resolves when the model answers. `drain` does not wait for it. */
  ready(): Promise<unknown>;
  /** Whether a call has not been answered. */
  isBusy(): boolean;
  /** Closes it when every call has been answered, also those that follow at once on an answer. `close` does not wait. */
  drain(): Promise<void>;
}

export function draining(embedder: Embedder): DrainingEmbedder {
  const calls = new Set<Promise<unknown>>();

  function counted<T>(call: Promise<T>): Promise<T> {
    calls.add(call);
    const forget = () => calls.delete(call);
    call.then(forget, forget);
    return call;
  }

  return {
    ...embedder,
    get dimensions() {
      return embedder.dimensions;
    },
    embed: (...asked) => counted(embedder.embed(...asked)),
    tokenise: (...asked) => counted(embedder.tokenise(...asked)),
    ready: () => embedder.embed(['ready'], { priority: 'interactive', kind: 'query' }),
    isBusy: () => calls.size > 0,
    drain: async () => {
      do {
        await Promise.allSettled(calls);
        // Who has the tokens now embeds them.
        await setImmediate();
      } while (calls.size > 0);
      await embedder.close();
    },
  };
}

/** Processes that are needed no longer, and still answer. */
export function createDrains(log: Log) {
  const leaving = new Set<DrainingEmbedder>();
  return {
    /** Ends `embedder` when it has answered. Waits for that only where nothing is asked of it. */
    end: async (embedder: DrainingEmbedder): Promise<void> => {
      leaving.add(embedder);
      const ended = embedder.drain().finally(() => leaving.delete(embedder));
      if (!embedder.isBusy()) await ended;
      else ended.catch((error) => log.error('a process of a model could not be ended', { error }));
    },
    /** Ends all at once. */
    close: async (): Promise<void> => {
      await Promise.all([...leaving].map((embedder) => embedder.close()));
    },
  };
}
