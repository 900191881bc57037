/** Waits for a database server that is down, as during a failover: a restart of the worker would take longer. */
import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Log } from '../src/kernel/core/log.ts';
import { isDatabaseAway } from '../src/kernel/db/connection-errors.ts';

const PAUSE_MS = 1000;
/** What the server said itself, and what no waiting mends: a file, a token, a database. */
const LASTING = /^(?:SQLITE_|LIBSQL_(?:UNAUTHORISED|NO_DATABASE|BLOCKED))/;

/** Whether `error`, or what it was made of, says that a database server cannot be reached at the moment. */
export function isServerAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (!isDatabaseAway(cause)) continue;
    return !('code' in cause && LASTING.test(String(cause.code)));
  }
  return false;
}

export interface WaitOptions {
  readonly log: Log;
  /** Ends the waiting: the result then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  readonly sleep?: (ms: number, value: undefined, options: { signal?: AbortSignal | undefined }) => Promise<unknown>;
}

/** Resolves to what `open` opens, called every second while the server is down; rejects with any other error of `open`. */
export async function whenReachable<T>(open: () => Promise<T>, { log, signal, sleep = sleepFor }: WaitOptions): Promise<T> {
  for (let told = false; ; told = true) {
    signal?.throwIfAborted();
    try {
      return await open();
    } catch (error) {
      if (!isServerAway(error)) throw error;
      if (!told) log.warning('the database is down; the worker waits for it', { error });
    }
    await sleep(PAUSE_MS, undefined, { signal });
  }
}
