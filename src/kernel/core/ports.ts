/** Everything the kernel needs from outside that is not a store: time, identity, network, background work. */

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export interface Ids {
  /** A fresh UUIDv7 (RFC 9562 section 5.7): sortable by creation time. */
  next(): string;
}

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Work that outlives the answer: `ctx.waitUntil` on Workers, a tracked set of promises on Node. Never rejects. */
export interface Background {
  run(name: string, work: () => Promise<unknown>): void;
}

/**
 * Runs `work` when everything that arrived in this turn of the event loop has been looked at: `setImmediate` on Node. Not
 * for Workers, where requests may not wait for one another's input and output.
 */
export type EndOfTurn = (work: () => void) => void;

/** scrypt in production; a cheap stand-in only where a test is not about passwords. */
export interface PasswordHasher {
  /** Returns a PHC string (`$scrypt$ln=..,r=..,p=..$salt$hash`). */
  hash(password: string): Promise<string>;
  /** False for a wrong password and for a stored string it cannot read. */
  verify(password: string, stored: string): Promise<boolean>;
  /** True where the stored string was made with weaker parameters than today's. */
  needsRehash(stored: string): boolean;
}
