/**
 * Whether the database takes writes. Reads go on while its disk is full, so a ping does not tell. The last write that was
 * refused for such a reason is remembered, and only then the database is probed by a write, until one succeeds.
 */
import type { Clock } from '../../kernel/core/ports.ts';
import { writeRefusal } from '../../kernel/db/connection-errors.ts';
import type { Database } from '../../kernel/db/types.ts';
import { probeWrites } from '../../kernel/db/write-probe.ts';

/** Milliseconds for which a refused write counts, however the probe ends: a probe may fit where documents do not. */
const COUNTS_MS = 10_000;

/** Its message may be shown to clients. */
export class WritesRefusedError extends Error {
  override readonly name = 'WritesRefusedError';

  constructor(reason: string, cause?: unknown) {
    super(`The database cannot be written: ${reason}`, { cause });
  }
}

export interface WriteHealth {
  /** Call with every error of a query or a request; those that say nothing about writes are ignored. */
  failed(error: unknown): void;
  /** Rejects with WritesRefusedError while the database refuses writes, and with the error of the probe if that failed otherwise. */
  check(): Promise<void>;
}

export function createWriteHealth({ db, clock }: { readonly db: Database; readonly clock: Clock }): WriteHealth {
  let refused: { readonly reason: string; readonly at: number } | undefined;

  function failed(error: unknown): void {
    const reason = writeRefusal(error);
    if (reason !== undefined) refused = { reason, at: clock.monotonic() };
  }

  async function check(): Promise<void> {
    if (!refused) return;
    const { reason, at } = refused;
    if (clock.monotonic() - at < COUNTS_MS) throw new WritesRefusedError(reason);
    try {
      await probeWrites(db, clock.now());
    } catch (cause) {
      failed(cause);
      throw new WritesRefusedError(refused.reason, cause);
    }
    // Another write may have been refused meanwhile.
    if (refused.at === at) refused = undefined;
  }

  return { failed, check };
}
