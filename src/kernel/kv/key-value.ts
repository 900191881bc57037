/**
 * The key-value port: what progress, tickets, revocation and idempotency need, atomic where it must be.
 * Values are strings and come back as the same strings: no adapter may deserialise on its own.
 * Every write carries a time to live in milliseconds; nothing here lives for ever.
 */

import type { Decision, Policy } from '../model/sliding-window.ts';

export interface VersionedField {
  readonly field: string;
  /** Safe integer. A field is written only over a smaller version. */
  readonly version: number;
  readonly value: string;
}

export interface VersionedHash {
  /** Grows with every write that changed a field; never falls, even if the store was lost in between. */
  readonly sequence: number;
  readonly fields: Readonly<Record<string, { readonly version: number; readonly value: string }>>;
}

export interface ConsumeRequest {
  /** What is to be charged; left out, nothing is. `cost` 0 only looks and is at most the smallest limit. */
  readonly limit?: { readonly key: string; readonly policies: readonly Policy[]; readonly cost: number };
  /** Keys whose values are read along, in the same step. */
  readonly read: readonly string[];
}

export interface ConsumeResult {
  /** As `read` asked; undefined where there is none. */
  readonly values: readonly (string | undefined)[];
  /** Present where a limit was asked for. Decided by the store's own clock, so that all its clients agree. */
  readonly decision?: Decision;
}

export interface KeyValue {
  get(key: string): Promise<string | undefined>;
  /** Returns false (and writes nothing) where `onlyIfAbsent` and the key exists. */
  set(key: string, value: string, options: { ttlMs: number; onlyIfAbsent?: boolean }): Promise<boolean>;
  /** Reads and deletes in one step: a single-use value is handed out once. */
  take(key: string): Promise<string | undefined>;
  delete(key: string): Promise<void>;

  readHash(key: string): Promise<VersionedHash | undefined>;
  /**
   * Writes, in one atomic step, each field whose version is greater than the stored one, sets the key's TTL,
   * and, if any field was written, sets `sequence` to max(sequence + 1, now in ms).
   * Returns the whole hash as it is afterwards and the fields that were written.
   */
  writeHash(
    key: string,
    fields: readonly VersionedField[],
    options: { ttlMs: number; now: number },
  ): Promise<{ hash: VersionedHash; written: readonly string[] }>;

  /**
   * One round trip for what requests ask: reads `read` and decides the limit of each, in order, all policies charged or
   * none (`limits/window.ts` says how). An answer per request.
   */
  consume(requests: readonly ConsumeRequest[]): Promise<ConsumeResult[]>;

  publish(channel: string, message: string): Promise<void>;
  /** Calls `listener` for each message until the returned function is called. */
  subscribe(channel: string, listener: (message: string) => void): () => void;

  /** Resolves where the store answers; rejects otherwise. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
