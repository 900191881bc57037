/** The contract between the pipeline and a stage. */
import type { Database, Resource } from '../../src/kernel/db/types.ts';
import type { Stage } from '../../src/kernel/model/stages.ts';

export interface StageInput {
  readonly resource: Resource;
  /** Fires when the lease is lost or the worker stops; results that come later are discarded. */
  readonly signal: AbortSignal;
  /** Reports progress, 0 to 100, and a message for the document's owner. Cheap: call it at every change. */
  report(percent: number, message?: string): void;
}

/** Writes a stage's results. It runs inside a transaction, so it must not await anything but `tx`. */
export type StageCommit = (tx: Database) => Promise<void>;

/**
 * Does the work of a stage without writing to the database, and returns the function that writes its results. The
 * pipeline calls that function in the transaction that also checks the lease, marks the stage completed and starts its
 * dependants, so an effect happens once. Throws StageError with a message for the document's owner; any other error
 * counts as a transient internal failure. Throws NotForThisWorker where another worker can do the work.
 */
export type StageRunner = (input: StageInput) => Promise<StageCommit>;

export type StageRunners = Readonly<Record<Stage, StageRunner>>;
