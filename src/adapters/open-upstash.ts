/** A client of Upstash Redis over REST with the settings that the stores need; for Node and Workers. */
import { Redis } from '@upstash/redis';

/** Milliseconds after which a command without a response is abandoned; its caller has used its fallback by then. */
const COMMAND_MS = 1000;

export interface UpstashOptions {
  readonly url: string;
  readonly token: string;
  /** Sends the commands of one turn of the event loop as one request. Not on Workers, where requests share no connection. */
  readonly autoPipelining: boolean;
  /** Milliseconds after which a request is abandoned. Default: 1000. */
  readonly requestMs?: number;
}

export function openUpstash({ url, token, autoPipelining: together, requestMs = COMMAND_MS }: UpstashOptions): Redis {
  return new Redis({
    url,
    token,
    automaticDeserialization: false,
    enableTelemetry: false,
    enableAutoPipelining: together,
    // No retry: local limits and the database decide instead.
    retry: { retries: 0 },
    // A function: given a plain signal the client returns the reason of an abort as a result.
    signal: () => AbortSignal.timeout(requestMs),
  });
}
