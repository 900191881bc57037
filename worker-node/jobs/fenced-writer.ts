/** Database writes of one claimed processing job. Each checks the lease and updates stages, resource status and progress together. */

import type { Clock } from '../../src/kernel/core/ports.ts';
import { type Lease, renewLease } from '../../src/kernel/db/leases.ts';
import { readStages, writeStages } from '../../src/kernel/db/resource-stages.ts';
import { mirrorStages } from '../../src/kernel/db/resources.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import type { ProgressReport } from '../../src/kernel/model/job-messages.ts';
import { STAGES, type Stage, type StageState, type StageStates } from '../../src/kernel/model/stages.ts';
import { LeaseLost } from '../pipeline/lease-lost.ts';
import type { StageCommit } from '../pipeline/stage.ts';

/** Computes the stages that change from the current ones. `now` in Unix milliseconds. */
export type Change = (states: StageStates, now: number) => Partial<StageStates>;

export interface FencedWriter {
  /**
   * In one transaction: checks and renews the lease, runs `effect`, writes the stages that `change` computes and derives
   * the resource's status from them. Then reports the change. Throws LeaseLost, and writes nothing, where the lease is
   * lost.
   */
  write(change: Change, effect?: StageCommit): Promise<{ states: StageStates; changed: Partial<StageStates> }>;
}

export interface FencedWriterDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly progress: { report(report: ProgressReport): void };
  readonly leaseMs: number;
}

export function createFencedWriter(dependencies: FencedWriterDependencies, lease: Lease, resourceId: string): FencedWriter {
  const { db, clock, progress, leaseMs } = dependencies;
  const renew = (tx: Database) => renewLease(tx, { ...lease, now: clock.now(), leaseMs });

  async function writeFenced(tx: Database, change: Change, effect: StageCommit | undefined) {
    if (!(await renew(tx))) throw new LeaseLost();
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
      const result = await db.transaction((tx) => writeFenced(tx, change, effect));
      if (Object.keys(result.changed).length > 0) progress.report({ resource_id: resourceId, stages: result.changed });
      return result;
    },
  };
}

/** A change that applies `make` to the current state of each given stage. */
export function updateStages(
  stages: readonly Stage[],
  make: (state: StageState, now: number) => StageState,
): (states: StageStates, now: number) => Partial<StageStates> {
  return (states, now) =>
    Object.fromEntries(STAGES.filter((stage) => stages.includes(stage)).map((stage) => [stage, make(states[stage], now)]));
}
