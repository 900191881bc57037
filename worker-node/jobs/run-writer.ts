/**
 * The database writes of one claimed processing job. What stages have made is kept until all of them have ended, for a moment at
 * most, and is then written in one transaction: most documents need two, one when they begin and one when they end. Each checks
 * the lease, and updates results, stages, and status of the resource together.
 */
import { createMutex } from '../../src/kernel/core/concurrency.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { type Lease, renewLease } from '../../src/kernel/db/leases.ts';
import { readStages, writeStages } from '../../src/kernel/db/resource-stages.ts';
import {
  findTextOfJob,
  type ResourceSummary,
  statusFields,
  unedited,
  updateResourceOfJob,
} from '../../src/kernel/db/resources.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import type { ProgressReport } from '../../src/kernel/model/job-messages.ts';
import { STAGES, type Stage, type StageState, type StageStates, withDependants } from '../../src/kernel/model/stages.ts';
import { LeaseLost } from '../pipeline/lease-lost.ts';
import type { Made, StageInput, StageResult } from '../pipeline/stage.ts';

/** Computes the stages that change from the current ones. `now` in Unix milliseconds. */
export type Change = (states: StageStates, now: number) => Partial<StageStates>;

/** Ends the claim of the job, in the transaction of its last write. */
export interface RunEnd {
  /** False where the lease is lost. */
  close(tx: Database, now: number): Promise<boolean>;
  /** Writes what depends on the resource's last state. */
  conclude?(tx: Database, resource: ResourceSummary, now: number): Promise<void>;
}

export interface RunWriter {
  /** Writes the stages that begin, at once. Returns them. */
  begin(change: Change): Promise<Partial<StageStates>>;
  /** All stages as they are now, whether that is written or not. */
  states(): StageStates;
  /** What a stage that begins now works on. */
  input(): Pick<StageInput, 'resource' | 'text' | 'made'>;
  /** Whether the stage's present state is written. */
  isWritten(stage: Stage): boolean;
  /** Changes stages; the next write writes them. */
  change(change: Change): Partial<StageStates>;
  /** Keeps the result of a stage, changes stages, and writes both within a moment, unless `write` does before. */
  add(stage: Stage, result: StageResult, change: Change): Partial<StageStates>;
  /** Resolves when what the stages have made is written, so that other jobs see it. */
  writeMade(): Promise<void>;
  /** Lets what was changed be written within a moment. */
  writeSoon(): void;
  /**
   * Writes what is not written yet, and ends the claim. Then reports the changes. False where the result of a stage could not be
   * written: `onFailure` has changed the stage, and the claim goes on. Throws LeaseLost, and writes nothing, where the lease is lost.
   */
  write(end: RunEnd): Promise<boolean>;
  /** Waits for a write under way and lets none follow. */
  close(): Promise<void>;
}

export interface RunWriterDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly progress: { report(report: ProgressReport): void };
  readonly leaseMs: number;
  /** Milliseconds that results wait for those of the other stages. */
  readonly holdMs?: number;
}

export interface RunOfClaim {
  readonly lease: Lease;
  readonly resourceId: string;
  /** Receives why the result of a stage could not be written, and changes the stage. */
  onFailure(stage: Stage, error: unknown): void;
}

/** A person sees no difference, and the stages of a small document take less. */
const HOLD_MS = 100;

interface Entry {
  readonly stage: Stage;
  readonly result: StageResult;
}

interface Outcome {
  readonly done: readonly Entry[];
  readonly hasEnded: boolean;
}

export function createRunWriter(dependencies: RunWriterDependencies, run: RunOfClaim): RunWriter {
  const { db, clock, log, progress, leaseMs, holdMs = HOLD_MS } = dependencies;
  const { lease, resourceId } = run;
  const turns = createMutex();
  let states: StageStates;
  let written: StageStates;
  let resource: ResourceSummary;
  /** What a person had edited when the resource was read. */
  let edited: readonly string[] = [];
  let text: Promise<string | null> | undefined;
  let made: Made = {};
  let entries: Entry[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Why a write in the background failed. */
  let fault: { readonly error: unknown } | undefined;

  const renew: RunEnd['close'] = (tx, now) => renewLease(tx, { ...lease, now, leaseMs });

  /** Writes results and the states `next`, in one transaction. */
  async function writeOnce(batch: readonly Entry[], next: StageStates, { close, conclude }: RunEnd): Promise<void> {
    const changed = changedStages(written, next);
    await db.transaction(async (tx) => {
      const now = clock.now();
      const fields = Object.assign({}, ...batch.map(({ result }) => result.fields));
      const [isHeld, row] = await Promise.all([
        close(tx, now),
        updateResourceOfJob(tx, resourceId, { ...fields, ...statusFields(next, now) }, batch.length > 0 ? edited : undefined),
      ]);
      if (!isHeld || !row) throw new LeaseLost();
      await Promise.all([writeStages(tx, resourceId, changed), writeResults(tx, batch)]);
      await conclude?.(tx, row, now);
    });
    written = next;
    if (Object.keys(changed).length > 0) progress.report({ resource_id: resourceId, stages: changed });
  }

  /** Writes results one by one where they fail together, so that one does not hold up the others. The claim then goes on. */
  async function writeBatch(batch: readonly Entry[], next: StageStates, end: RunEnd): Promise<Outcome> {
    try {
      await writeOnce(batch, next, end);
      return { done: batch, hasEnded: true };
    } catch (error) {
      if (error instanceof LeaseLost || batch.length === 0) throw error;
    }
    const dropped = new Set<Stage>();
    const done: Entry[] = [];
    for (const entry of batch) {
      const { stage } = entry;
      if (dropped.has(stage)) continue;
      try {
        await writeOnce([entry], { ...written, [stage]: next[stage] }, { close: renew });
        done.push(entry);
      } catch (error) {
        if (error instanceof LeaseLost) throw error;
        for (const dependant of dropDependants(stage)) dropped.add(dependant);
        run.onFailure(stage, error);
      }
    }
    return { done, hasEnded: false };
  }

  /** Undoes stages that began with a result that could not be written. */
  function dropDependants(stage: Stage): readonly Stage[] {
    const dropped = withDependants([stage]);
    entries = entries.filter((entry) => !dropped.includes(entry.stage));
    states = { ...states, ...Object.fromEntries(dropped.map((one) => [one, one === stage ? states[one] : written[one]])) };
    return dropped;
  }

  async function write(end: RunEnd): Promise<boolean> {
    const release = await turns.acquire();
    try {
      clearTimeout(timer);
      timer = undefined;
      if (fault) throw fault.error;
      const batch = entries;
      entries = [];
      const next = states;
      const { done, hasEnded } = await writeBatch(batch, next, end);
      for (const { result } of done) await runAfterwards(result);
      return hasEnded;
    } finally {
      release();
    }
  }

  /** Not a part of the job, whose effect is written by now. */
  async function runAfterwards({ afterwards }: StageResult): Promise<void> {
    try {
      await afterwards?.();
    } catch (error) {
      log.warning('work after a stage failed', { resourceId, error });
    }
  }

  function writeSoon(): void {
    timer ??= setTimeout(() => {
      void write({ close: renew }).catch((error: unknown) => {
        fault = { error };
      });
    }, holdMs);
  }

  function change(make: Change): Partial<StageStates> {
    const changed = make(states, clock.now());
    states = { ...states, ...changed };
    return changed;
  }

  return {
    begin: async (make) => {
      const begun = await db.transaction(async (tx) => {
        const now = clock.now();
        const [isHeld, before] = await Promise.all([renew(tx, now), readStages(tx, resourceId)]);
        if (!isHeld || !before) throw new LeaseLost();
        const changed = make(before, now);
        const after = { ...before, ...changed };
        if (Object.keys(changed).length === 0) return { changed, after, row: undefined };
        const [row] = await Promise.all([
          updateResourceOfJob(tx, resourceId, statusFields(after, now)),
          writeStages(tx, resourceId, changed),
        ]);
        if (!row) throw new LeaseLost();
        return { changed, after, row };
      });
      states = begun.after;
      written = begun.after;
      if (begun.row) {
        resource = begun.row;
        edited = begun.row.edited;
        progress.report({ resource_id: resourceId, stages: begun.changed });
      }
      return begun.changed;
    },
    states: () => states,
    input: () => ({
      resource,
      text: () => {
        text ??= findTextOfJob(db, resourceId);
        return text;
      },
      made,
    }),
    isWritten: (stage) => written[stage] === states[stage],
    change,
    add: (stage, result, make) => {
      const { text: extracted, ...fields } = unedited(result.fields ?? {}, edited);
      if (extracted !== undefined) text = Promise.resolve(extracted);
      resource = { ...resource, ...(fields as Partial<ResourceSummary>) };
      made = { ...made, ...result.made };
      entries.push({ stage, result });
      writeSoon();
      return change(make);
    },
    writeMade: async () => {
      if (entries.length > 0) {
        await write({ close: renew });
        return;
      }
      // It may be in a write that is under way.
      const release = await turns.acquire();
      release();
    },
    writeSoon,
    write,
    close: async () => {
      clearTimeout(timer);
      await turns.acquire();
    },
  };
}

async function writeResults(tx: Database, batch: readonly Entry[]): Promise<void> {
  for (const { result } of batch) await result.write?.(tx);
  for (const { result } of batch) await result.verify?.(tx);
}

const changedStages = (before: StageStates, after: StageStates): Partial<StageStates> =>
  Object.fromEntries(STAGES.flatMap((stage) => (before[stage] === after[stage] ? [] : [[stage, after[stage]]])));

/** A change that applies `make` to the current state of each given stage. */
export function updateStages(
  stages: readonly Stage[],
  make: (state: StageState, now: number) => StageState,
): (states: StageStates, now: number) => Partial<StageStates> {
  return (states, now) =>
    Object.fromEntries(STAGES.filter((stage) => stages.includes(stage)).map((stage) => [stage, make(states[stage], now)]));
}
