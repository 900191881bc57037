/** Removes snapshots of libraries that no longer exist, and those that hold documents that were deleted some time ago. */
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Log } from '../../../src/kernel/core/log.ts';
import type { Clock } from '../../../src/kernel/core/ports.ts';
import { findFirstDeletion, findLibraryChange, readLibraryVersion } from '../../../src/kernel/db/library-changes.ts';
import type { Database } from '../../../src/kernel/db/types.ts';
import type { SnapshotHeader } from './snapshot-format.ts';
import { DELETION_MS, listSnapshots, removeAbandoned } from './snapshots.ts';

export interface SweepDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly folder: string;
  /** Gives back the memory of a library that no longer exists. */
  evict(ownerId: string): void;
}

/** A library in use rewrites its snapshot itself; this is for those that were not asked for since the deletion. */
export async function sweepSnapshots({ db, clock, log, folder, evict }: SweepDependencies): Promise<void> {
  await removeAbandoned(folder, clock.now());
  for await (const { path, header } of listSnapshots(folder)) {
    const isKept = header && (await isCurrent(db, header, clock.now()));
    if (isKept) continue;
    await rm(path, { force: true });
    if (header && (await readLibraryVersion(db, header.ownerId)).version === 0) evict(header.ownerId);
    log.info('snapshot removed', { file: basename(path) });
  }
}

/** Whether the library still has the history of the snapshot, in which nothing was deleted some time ago. */
async function isCurrent(db: Database, { ownerId, version, changeId }: SnapshotHeader, now: number): Promise<boolean> {
  const [change, deletedAt] = await Promise.all([
    findLibraryChange(db, ownerId, version),
    findFirstDeletion(db, ownerId, { after: version }),
  ]);
  return change?.id === changeId && (deletedAt === undefined || deletedAt > now - DELETION_MS);
}
