/**
 * When the index of a library is built anew because of what it still holds of removed documents. Each chunk leaves at most what it
 * took, so that by then half as many chunks were put as there are: a build takes at most twice the processor time of the changes
 * that made it due.
 */
import { createBoundedMap } from '../../../src/kernel/core/bounded-map.ts';
import type { Clock } from '../../../src/kernel/core/ports.ts';
import type { IndexSize } from './library.ts';

/** Part of an index that is dead when it is due. */
const DEAD_SHARE = 1 / 3;
/** With less, the memory that a build takes for some time is more than it gives back. */
const MIN_DEAD_BYTES = 4 * 1024 * 1024;
/** Milliseconds until a library is built anew again, whether the last build was whole, was given up or had no room. */
const PAUSE_MS = 10 * 60_000;
const MAX_OWNERS = 10_000;

export interface Renewals {
  /** Whether the index is due. It is not for some time after `begin`. */
  isDue(ownerId: string, size: IndexSize): boolean;
  begin(ownerId: string): void;
}

export interface RenewalsOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Default 4 MiB. */
  readonly minDeadBytes?: number | undefined;
}

export function createRenewals({ clock, minDeadBytes = MIN_DEAD_BYTES }: RenewalsOptions): Renewals {
  const lately = createBoundedMap<string, true>({ capacity: MAX_OWNERS, evict: 'oldest', now: () => clock.monotonic() });
  return {
    isDue: (ownerId, { bytes, deadBytes }) =>
      deadBytes >= minDeadBytes && deadBytes >= bytes * DEAD_SHARE && !lately.get(ownerId),
    begin: (ownerId) => lately.set(ownerId, true, clock.monotonic() + PAUSE_MS),
  };
}

/** What an index of the same documents would hold, about. */
export const bytesAnew = ({ bytes, deadBytes }: IndexSize): number => bytes - deadBytes;
