/**
 * The key-value port: storage for progress, tickets, revocation and idempotency, with the atomic operations they need.
 * Values are strings and are returned unchanged; adapters must not deserialise them.
 * Every write carries a time to live in milliseconds, so nothing is kept for ever.
 */

export interface VersionedField {
  readonly field: string;
  /** A safe integer. A field is written only over a smaller version. */
  readonly version: number;
  readonly value: string;
}

export interface VersionedHash {
  /** Grows with every write that changes a field. Never falls, even if the store was lost in between. */
  readonly sequence: number;
  readonly fields: Readonly<Record<string, { readonly version: number; readonly value: string }>>;
}

export interface KeyValue {
  get(key: string): Promise<string | undefined>;
  /** Returns false and writes nothing if `onlyIfAbsent` is set and the key exists. */
  set(key: string, value: string, options: { ttlMs: number; onlyIfAbsent?: boolean }): Promise<boolean>;
  /** Reads and deletes in one step, so that a single-use value is handed out once. */
  take(key: string): Promise<string | undefined>;
  delete(key: string): Promise<void>;

  readHash(key: string): Promise<VersionedHash | undefined>;
  /**
   * Writes, in one atomic step, each field whose version is greater than the stored one, sets the key's TTL,
   * and, if any field was written, sets `sequence` to max(sequence + 1, now in ms).
   * Returns the whole hash after the write and the names of the fields written.
   */
  writeHash(
    key: string,
    fields: readonly VersionedField[],
    options: { ttlMs: number; now: number },
  ): Promise<{ hash: VersionedHash; written: readonly string[] }>;

  publish(channel: string, message: string): Promise<void>;
  /** Calls `listener` for each message until the returned function is called. */
  subscribe(channel: string, listener: (message: string) => void): () => void;

  /** Resolves if the store replies; rejects otherwise. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
