/**
 * Live progress on the key-value store, with the database behind it.
 *
 * The hash `progress:resource:{id}` has one field per stage. Fields are written in one atomic step without a prior read
 * (see model/stage-version.ts) and expire after 24 hours. A record that the store lost, left unchanged too long or cannot
 * return is read from the rows of `resource_stages`, which the worker writes in the transaction that does the work. A
 * failing store is logged once per outage and raises no error. docs/architecture.md, "Progress".
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
/** A report can be lost, a row cannot: an unfinished record unchanged for this long is compared with its rows. */
const STALE_MS = 10_000;

export interface ProgressTracker {
  /** Writes all stages of a new run. */
  begin(resourceId: string, states: StageStates): Promise<void>;
  /** Writes the given stages in one step and notifies subscribers. A late or repeated report changes nothing. */
  report(report: ProgressReport): Promise<void>;
  /** Undefined only if neither the store nor the database has the resource. */
  read(resourceId: string): Promise<ProgressRecord | undefined>;
  /** Calls `listener` after each change, until unsubscribed. Messages can be lost, so read periodically as well. */
  subscribe(resourceId: string, listener: (record: ProgressRecord) => void): () => void;
  /** Deletes the live record of a deleted resource. */
  forget(resourceId: string): Promise<void>;
}

export interface TrackerDependencies {
  readonly kv: KeyValue;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** See `Adapters.isolatedRequests`. */
  readonly isolatedRequests?: boolean;
}

export function createProgressTracker({ kv, db, clock, log, isolatedRequests = false }: TrackerDependencies): ProgressTracker {
  const failures = createFailureLog(log, 'the progress store');
  const durations = createStageDurations();
  const subscribe = createSubscriptions({ kv, log, shared: !isolatedRequests });

  /** Undefined while the store is down. */
  async function tryStore<T>(operation: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await operation();
      failures.worked();
      return result;
    } catch (error) {
      failures.failed(error);
      return undefined;
    }
  }

  function toRecord(resourceId: string, sequence: number, states: StageStates, degraded = false): ProgressRecord {
    return { resourceId, sequence, states, degraded, etaSeconds: durations.estimate(states, clock.now()) };
  }

  /** Writes the fields that are newer than the store's, and publishes the whole record if any field changed. */
  async function write(resourceId: string, states: Partial<StageStates>) {
    const outcome = await tryStore(() => kv.writeHash(keyOf(resourceId), toFields(states), { ttlMs: TTL_MS, now: clock.now() }));
    if (outcome && outcome.written.length > 0) await publish(resourceId, outcome.hash);
    return outcome;
  }

  async function publish(resourceId: string, hash: VersionedHash): Promise<void> {
    const states = fromHash(hash);
    // The caller fills an incomplete hash from the database, and publishes the result.
    if (!isWhole(states)) return;
    await tryStore(() => kv.publish(channelOf(resourceId), JSON.stringify({ sequence: hash.sequence, states })));
  }

  /** Fills and corrects the hash from the rows. Undefined if there are no rows and the hash is incomplete. */
  async function reconcile(resourceId: string, hash: VersionedHash): Promise<ProgressRecord | undefined> {
    const stored = fromHash(hash);
    const durable = await readStages(db, resourceId);
    if (!durable) return isWhole(stored) ? toRecord(resourceId, hash.sequence, stored) : undefined;
    const newer = newerThan(durable, stored);
    const outcome = Object.keys(newer).length > 0 ? await write(resourceId, newer) : undefined;
    const current = outcome?.hash ?? hash;
    const live = fromHash(current);
    return toRecord(resourceId, current.sequence, { ...durable, ...live, ...newerThan(durable, live) });
  }

  async function read(resourceId: string): Promise<ProgressRecord | undefined> {
    const hash = await tryStore(() => kv.readHash(keyOf(resourceId)));
    if (hash) {
      const states = fromHash(hash);
      if (!isWhole(states) || isStale(states, clock.now())) return reconcile(resourceId, hash);
      return toRecord(resourceId, hash.sequence, states);
    }
    const durable = await readStages(db, resourceId);
    return durable && toRecord(resourceId, updatedAt(durable), durable, true);
  }

  return {
    begin: async (resourceId, states) => {
      await write(resourceId, states);
    },

    report: async ({ resource_id: resourceId, stages }) => {
      const outcome = await write(resourceId, stages);
      for (const stage of STAGES) {
        const state = stages[stage];
        if (state && outcome?.written.includes(stage)) durations.observe(stage, state);
      }
      if (!outcome || isWhole(fromHash(outcome.hash))) return;
      // The store lost the other stages, or the report came after the resource was deleted.
      if (!(await reconcile(resourceId, outcome.hash))) await tryStore(() => kv.delete(keyOf(resourceId)));
    },

    read,

    subscribe: (resourceId, listener) => {
      let subscribed = true;
      const unsubscribe = subscribe(resourceId, ({ sequence, states }) => {
        if (isWhole(states)) return listener(toRecord(resourceId, sequence, states));
        // A process of another version published it, which lacks a stage that this version knows.
        void read(resourceId)
          .then((record) => {
            if (record && subscribed) listener(record);
          })
          .catch((error: unknown) => log.warning('a progress message could not be completed', { resourceId, error }));
      });
      return () => {
        subscribed = false;
        unsubscribe();
      };
    },

    forget: async (resourceId) => {
      await tryStore(() => kv.delete(keyOf(resourceId)));
    },
  };
}

const keyOf = (resourceId: string) => `progress:resource:${resourceId}`;

const updatedAt = (states: StageStates) => Math.max(...STAGES.map((stage) => states[stage].updatedAt));

const isStale = (states: StageStates, now: number) => !isSettled(statusesOf(states)) && now - updatedAt(states) > STALE_MS;

/** The stages of `durable` that are missing from `stored` or newer than its version. */
function newerThan(durable: StageStates, stored: Partial<StageStates>): Partial<StageStates> {
  return Object.fromEntries(
    STAGES.flatMap((stage) => {
      const known = stored[stage];
      return known && versionOf(known) >= versionOf(durable[stage]) ? [] : [[stage, durable[stage]]];
    }),
  );
}
