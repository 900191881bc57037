/** What the pipeline asks of a stage. */
import type { Database, Resource } from '../../src/kernel/db/types.ts';
import type { Stage } from '../../src/kernel/model/stages.ts';

export interface StageInput {
  readonly resource: Resource;
  /** Fires when the lease is lost or the worker stops: whatever is done after it is thrown away. */
  readonly signal: AbortSignal;
  /** How far the work is, 0 to 100; a message is read by the document's owner. Cheap: call it as often as it changes. */
  report(percent: number, message?: string): void;
}

/** Writes a stage's results. Runs inside the transaction, so it must await nothing but `tx`. */
export type StageCommit = (tx: Database) => Promise<void>;

/**
 * Does the work, reading the database at most, and returns what is to be written: the pipeline calls that in the one
 * transaction that also marks the stage completed, starts its dependants and checks the lease, so an effect happens
 * once. Throws StageError for what its owner should read; anything else counts as a transient fault of ours.
 */
export type StageRunner = (input: StageInput) => Promise<StageCommit>;

export type StageRunners = Readonly<Record<Stage, StageRunner>>;
