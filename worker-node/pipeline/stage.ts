/** The contract between the pipeline and a stage. */
import type { NewChunk } from '../../src/kernel/db/chunks.ts';
import type { NewResource, ResourceSummary } from '../../src/kernel/db/resources.ts';
import type { Database, Link } from '../../src/kernel/db/types.ts';
import type { Stage } from '../../src/kernel/model/stages.ts';

export interface StageInput {
  /** As the stages before have left it. */
  readonly resource: ResourceSummary;
  /** The extracted text, which may be megabytes; null before ingestion. */
  readonly text: () => Promise<string | null>;
  /** What earlier stages of this run have made. It may not be in the database yet, and what is absent is there. */
  readonly made: Made;
  /**
   * Resolves when `made` is in the database. Of two jobs that look for each other's documents after that, at least one finds the
   * other's.
   */
  committed(): Promise<void>;
  /** Fires when the lease is lost or the worker stops; results that come later are discarded. */
  readonly signal: AbortSignal;
  /** Reports progress, 0 to 100, and a message for the document's owner. Cheap: call it at every change. */
  report(percent: number, message?: string): void;
}

/** What stages hand to those that depend on them, so that these need not read it from the database. */
export interface Made {
  readonly document?: MadeDocument;
  readonly embedding?: MadeEmbedding;
}

export interface MadeDocument {
  readonly chunks: readonly NewChunk[];
  /** With their keys as they are stored. */
  readonly links: readonly Link[];
  /** As they are stored. */
  readonly identifiers: readonly string[];
  /** The keys of the chunks, for a later stage's write. */
  keys(tx: Database): Promise<readonly number[]>;
  /** Whether `tx` has inserted the chunks, so that nothing refers to them yet. */
  isNewIn(tx: Database): boolean;
  /** Whether the document had no text before, so that nothing that was made from an earlier one has to be replaced. */
  readonly isFirst: boolean;
}

export interface MadeEmbedding {
  /** The model that was active. */
  readonly active: string;
  /** By model, the vector of the whole document; null where the model knows none of its words. */
  readonly vectors: ReadonlyMap<string, Float32Array | null>;
}

export interface StageResult {
  /** Columns of the resource. Fields that a person has edited, even while the stage ran, stay as they are. */
  readonly fields?: Partial<NewResource>;
  readonly made?: Made;
  /**
   * Writes other rows, in the transaction that writes `fields`, checks the lease and marks the stage completed. The resource's row
   * is locked. It may run more than once, and must not await anything but `tx`.
   */
  readonly write?: (tx: Database) => Promise<void>;
  /** Runs last in that transaction. Throws StageError where the results do not hold any more. */
  readonly verify?: (tx: Database) => Promise<void>;
  /** Runs after the commit, which does not depend on it: what it throws is logged. */
  readonly afterwards?: () => Promise<void>;
}

/**
 * Does the work of a stage without writing to the database, and returns its results, which the pipeline writes under the lease,
 * so that an effect happens once. Throws StageError with a message for the document's owner; any other error counts as a
 * transient internal failure.
 */
export type StageRunner = (input: StageInput) => Promise<StageResult>;

export type StageRunners = Readonly<Record<Stage, StageRunner>>;
