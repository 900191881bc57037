/**
 * Live progress on the key-value store, with the database behind it.
 *
 * The hash `progress:resource:{id}` has one field per stage, written in one atomic step and never read first (see
 * version.ts); it lives for 24 hours. Whatever the store has lost, is too old to believe or cannot answer comes from
 * the rows of `resource_stages`, which the worker writes in the transaction that does the work. A store that is down
 * is logged once and never raises.
 */

import { createFailureLog } from '../core/failure-log.ts';
import type { Log } from '../core/log.ts';
import type { Clock } from '../core/ports.ts';
import { readStages } from '../db/resource-stages.ts';
import type { Database } from '../db/types.ts';
import type { KeyValue, VersionedHash } from '../kv/key-value.ts';
import type { ProgressReport } from '../model/job-messages.ts';
import { versionOf } from '../model/stage-version.ts';
import { isSettled, STAGES, type StageStates, statusesOf } from '../model/stages.ts';
import { createStageDurations } from './durations.ts';
import { fromHash, isWhole, type ProgressRecord, toFields } from './record.ts';
import { channelOf, createSubscriptions } from './subscriptions.ts';

export type { ProgressRecord } from './record.ts';

const TTL_MS = 24 * 60 * 60 * 1000;
/** A report may be lost on its way, a row never: unfinished progress that has not moved for so long is compared with its rows. */
const STALE_MS = 10_000;

export interface ProgressTracker {
  /** Writes all five stages: a new resource, or one that is processed again. */
  begin(resourceId: string, states: StageStates): Promise<void>;
  /** Writes the given stages in one step and tells who watches. Late and repeated reports change nothing. */
  report(report: ProgressReport): Promise<void>;
  /** Undefined only where neither the store nor the database knows the resource. */
  read(resourceId: string): Promise<ProgressRecord | undefined>;
  /** Calls `listener` after each change until the returned function is called. Messages may get lost: read now and then. */
  subscribe(resourceId: string, listener: (record: ProgressRecord) => void): () => void;
  /** For a resource that is deleted. */
  forget(resourceId: string): Promise<void>;
}

export interface TrackerDependencies {
  readonly kv: KeyValue;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** See `Drivers`. */
  readonly isolatedRequests?: boolean;
}

export function createProgressTracker({ kv, db, clock, log, isolatedRequests = false }: TrackerDependencies): ProgressTracker {
  const outage = createFailureLog(log, 'the progress store');
  const durations = createStageDurations();
  const watchers = createSubscriptions({ kv, log, shared: !isolatedRequests });

  /** Undefined where the store is away. */
  async function attempt<T>(operation: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await operation();
      outage.worked();
      return result;
    } catch (error) {
      outage.failed(error);
      return undefined;
    }
  }

  function present(resourceId: string, sequence: number, states: StageStates, degraded = false): ProgressRecord {
    return { resourceId, sequence, states, degraded, etaSeconds: durations.estimate(states, clock.now()) };
  }

  /** Writes what is newer than the store's and publishes the outcome if it changed anything. */
  async function write(resourceId: string, states: Partial<StageStates>) {
    const outcome = await attempt(() => kv.writeHash(keyOf(resourceId), toFields(states), { ttlMs: TTL_MS, now: clock.now() }));
    if (outcome && outcome.written.length > 0) await publish(resourceId, outcome.hash);
    return outcome;
  }

  async function publish(resourceId: string, hash: VersionedHash): Promise<void> {
    const states = fromHash(hash);
    // An incomplete hash is about to be filled from the database, and that is published.
    if (!isWhole(states)) return;
    await attempt(() => kv.publish(channelOf(resourceId), JSON.stringify({ sequence: hash.sequence, states })));
  }

  /** Fills and corrects the hash from the rows; undefined where there are none. */
  async function reconcile(resourceId: string, hash: VersionedHash): Promise<ProgressRecord | undefined> {
    const stored = fromHash(hash);
    const durable = await readStages(db, resourceId);
    if (!durable) return isWhole(stored) ? present(resourceId, hash.sequence, stored) : undefined;
    const newer = newerThan(durable, stored);
    const outcome = Object.keys(newer).length > 0 ? await write(resourceId, newer) : undefined;
    const current = outcome?.hash ?? hash;
    const live = fromHash(current);
    return present(resourceId, current.sequence, { ...durable, ...live, ...newerThan(durable, live) });
  }

  return {
    begin: async (resourceId, states) => {
      await write(resourceId, states);
    },

    report: async ({ resource_id: resourceId, stages }) => {
      const outcome = await write(resourceId, stages as Partial<StageStates>);
      for (const stage of STAGES) {
        const state = stages[stage];
        if (state && outcome?.written.includes(stage)) durations.observe(stage, state);
      }
      if (!outcome || isWhole(fromHash(outcome.hash))) return;
      // The store has lost the rest, or the resource is gone and the report came late.
      if (!(await reconcile(resourceId, outcome.hash))) await attempt(() => kv.delete(keyOf(resourceId)));
    },

    read: async (resourceId) => {
      const hash = await attempt(() => kv.readHash(keyOf(resourceId)));
      if (hash) {
        const states = fromHash(hash);
        if (!isWhole(states) || isStale(states, clock.now())) return reconcile(resourceId, hash);
        return present(resourceId, hash.sequence, states);
      }
      const durable = await readStages(db, resourceId);
      return durable && present(resourceId, updatedAt(durable), durable, true);
    },

    subscribe: (resourceId, listener) =>
      watchers(resourceId, ({ sequence, states }) => listener(present(resourceId, sequence, states))),

    forget: async (resourceId) => {
      await attempt(() => kv.delete(keyOf(resourceId)));
    },
  };
}

const keyOf = (resourceId: string) => `progress:resource:${resourceId}`;

const updatedAt = (states: StageStates) => Math.max(...STAGES.map((stage) => states[stage].updatedAt));

const isStale = (states: StageStates, now: number) => !isSettled(statusesOf(states)) && now - updatedAt(states) > STALE_MS;

/** Those of `durable` that are missing from `stored` or newer than there. */
function newerThan(durable: StageStates, stored: Partial<StageStates>): Partial<StageStates> {
  return Object.fromEntries(
    STAGES.flatMap((stage) => {
      const known = stored[stage];
      return known && versionOf(known) >= versionOf(durable[stage]) ? [] : [[stage, durable[stage]]];
    }),
  );
}
