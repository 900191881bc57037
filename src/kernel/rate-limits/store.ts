/**
 * The port of the stores that count towards rate limits. A request charges one key under several policies and reads other
 * keys along, so that a request's limit and its token's revocation cost one round trip.
 */
import type { Decision, Policy } from '../model/sliding-window.ts';

export interface ConsumeRequest {
  /** What to charge; absent: nothing. */
  readonly limit?: {
    readonly key: string;
    readonly policies: readonly Policy[];
    /** Units, at most the smallest limit; 0 only reads the windows. */
    readonly cost: number;
    /** Decides without charging: whether `cost` units would pass now, and if not, when. */
    readonly peek?: boolean;
  };
  /** Keys of the key-value store whose values are read in the same step. */
  readonly read: readonly string[];
}

export interface ConsumeResult {
  /** In the order of `read`; undefined for an absent key. */
  readonly values: readonly (string | undefined)[];
  /** Present if `limit` was. Decided by the store's clock, so that all its clients agree. */
  readonly decision?: Decision;
}

export interface RateLimitStore {
  /**
   * Handles the requests in order and in one round trip, and returns a result for each. A request charges all its policies
   * or none; `model/sliding-window.ts` describes the algorithm.
   */
  consume(requests: readonly ConsumeRequest[]): Promise<ConsumeResult[]>;
}
