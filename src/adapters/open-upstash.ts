/** A client of Upstash Redis over REST, as the key-value store wants it; for Node and Workers. */
import { Redis } from '@upstash/redis';

/** A command that is left unanswered for longer is given up; whoever asked has an answer of its own by then. */
const COMMAND_MS = 1000;

export interface UpstashOptions {
  readonly url: string;
  readonly token: string;
  /** Sends what is asked for in one turn of the event loop as one request; not on Workers, where each request is on its own. */
  readonly autoPipelining: boolean;
}

export function openUpstash({ url, token, autoPipelining: together }: UpstashOptions): Redis {
  return new Redis({
    url,
    token,
    automaticDeserialization: false,
    enableTelemetry: false,
    enableAutoPipelining: together,
    // Requests have local limits and the database, not time: nothing is tried again.
    retry: { retries: 0 },
    // A function: on a plain signal the client takes an abort for an answer.
    signal: () => AbortSignal.timeout(COMMAND_MS),
  });
}
