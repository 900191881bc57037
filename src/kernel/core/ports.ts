/** Ports for time, ids, network, background work and password hashing. Stores have ports of their own. */

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Milliseconds since some moment of this process. No change of the system's time moves it: what is measured or awaited in
   * memory (a pause, a deadline, the age of a cached value) is compared with this, and with `now` only what others read.
   */
  monotonic(): number;
}

export interface Ids {
  /** A new UUIDv7 (RFC 9562 section 5.7), sortable by creation time. */
  next(): string;
}

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Work that outlives the response: `ctx.waitUntil` on Workers, a tracked set of promises on Node. Never rejects. */
export interface Background {
  run(name: string, work: () => Promise<unknown>): void;
}

/**
 * Runs `work` after the callbacks of this turn of the event loop: `setImmediate` on Node. Not for Workers, where a request
 * may not wait for the input and output of another.
 */
export type EndOfTurn = (work: () => void) => void;

/**
 * scrypt in production; a cheap fake only in tests that are not about passwords. Few hashes are computed at once: `turn` is
 * whose turn a computation takes while others wait, such as the client's address. Throws `unavailable` if too many wait.
 */
export interface PasswordHasher {
  /** Returns a PHC string (`$scrypt$ln=..,r=..,p=..$salt$hash`). */
  hash(password: string, turn?: string): Promise<string>;
  /** False for a wrong password, and for a stored string that is not a hash of a supported kind. */
  verify(password: string, stored: string, turn?: string): Promise<boolean>;
  /** True if the stored hash has weaker parameters than new hashes get. */
  needsRehash(stored: string): boolean;
}
