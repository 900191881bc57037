/** The durable side of one claim of a job: every write checks the lease and keeps stages, resource and progress in step. */

import type { Clock } from '../../src/kernel/core/ports.ts';
import { type Lease, renewLease } from '../../src/kernel/db/leases.ts';
import { readStages, writeStages } from '../../src/kernel/db/resource-stages.ts';
import { mirrorStages } from '../../src/kernel/db/resources.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import type { ProgressReport } from '../../src/kernel/model/job-messages.ts';
import { STAGES, type Stage, type StageState, type StageStates } from '../../src/kernel/model/stages.ts';
import type { StageCommit } from './stage.ts';

/** Somebody else has the job, or it was deleted: whatever was done for it is void. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** The stages that change, from those there are. */
export type Change = (states: StageStates, now: number) => Partial<StageStates>;

export interface FencedWriter {
  /**
   * In one transaction: the lease is checked (and renewed), `effect` is written, the stages change as `change` says of
   * their present state, the resource's status follows. Then the change is reported. Throws LeaseLost, and writes
   * nothing, where the job is not ours any more.
   */
  write(change: Change, effect?: StageCommit): Promise<{ states: StageStates; changed: Partial<StageStates> }>;
  /** Extends the lease; false where it is lost. */
  renew(): Promise<boolean>;
}

export interface FencedWriterDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly progress: { report(report: ProgressReport): void };
  readonly leaseMs: number;
}

export function createFencedWriter(dependencies: FencedWriterDependencies, lease: Lease, resourceId: string): FencedWriter {
  const { db, clock, progress, leaseMs } = dependencies;
  const renewIn = (tx: Database) => renewLease(tx, { ...lease, now: clock.now(), leaseMs });

  async function writeIn(tx: Database, change: Change, effect: StageCommit | undefined) {
    if (!(await renewIn(tx))) throw new LeaseLost();
    const before = await readStages(tx, resourceId);
    if (!before) throw new LeaseLost();
    const now = clock.now();
    const changed = change(before, now);
    const states = { ...before, ...changed };
    await effect?.(tx);
    if (Object.keys(changed).length > 0) {
      await writeStages(tx, resourceId, changed);
      await mirrorStages(tx, resourceId, states, now);
    }
    return { states, changed };
  }

  return {
    write: async (change, effect) => {
      const outcome = await db.transaction((tx) => writeIn(tx, change, effect));
      if (Object.keys(outcome.changed).length > 0) progress.report({ resource_id: resourceId, stages: outcome.changed });
      return outcome;
    },
    renew: () => renewIn(db),
  };
}

/** `make` of every given stage's present state. */
export function updateStages(
  stages: readonly Stage[],
  make: (state: StageState, now: number) => StageState,
): (states: StageStates, now: number) => Partial<StageStates> {
  return (states, now) =>
    Object.fromEntries(STAGES.filter((stage) => stages.includes(stage)).map((stage) => [stage, make(states[stage], now)]));
}
