/** Keeps the lease of a job while it runs. */
import type { Log } from '../../src/kernel/core/log.ts';
import { LeaseLost } from './lease-lost.ts';

export interface LeaseRenewalOptions {
  /** Extends the lease. False where it is lost. */
  renew(): Promise<boolean>;
  readonly log: Log;
  readonly leaseMs: number;
  /** Called when another claim has the lease. */
  readonly onLost: (error: LeaseLost) => void;
}

/** Renews the lease three times within its duration. Returns a function that stops and waits for a renewal in progress. */
export function startLeaseRenewal({ renew: extend, log, leaseMs, onLost }: LeaseRenewalOptions): () => Promise<void> {
  let renewing: Promise<void> | undefined;

  async function renew(): Promise<void> {
    try {
      if (!(await extend())) onLost(new LeaseLost());
    } catch (error) {
      // The transaction of every effect checks again whether the lease is held.
      log.warning('lease could not be renewed', { error });
    }
    renewing = undefined;
  }

  const timer = setInterval(() => {
    renewing ??= renew();
  }, leaseMs / 3);
  return async () => {
    clearInterval(timer);
    await renewing;
  };
}
