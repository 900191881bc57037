/** Users, resources, stages and jobs on a test database, as a posted document leaves them. */
import { insertStages, readStages } from '../../../src/kernel/db/resource-stages.ts';
import { findResourceOfJob, insertResource } from '../../../src/kernel/db/resources.ts';
import { users } from '../../../src/kernel/db/schema.sqlite.ts';
import type { Database, Job } from '../../../src/kernel/db/types.ts';
import { enqueueJob } from '../../../src/kernel/jobs/outbox.ts';
import { PROCESS } from '../../../src/kernel/model/job-kinds.ts';
import {
  everyStage,
  newStages,
  STAGES,
  type Stage,
  type StageState,
  type StageStates,
} from '../../../src/kernel/model/stages.ts';
import type { ManualClock } from '../fakes/doubles.ts';
import { countedIds } from '../fakes/doubles.ts';

export interface JobKit {
  readonly db: Database;
  readonly clock: ManualClock;
}

const ids = countedIds();

/** A fresh UUID that no other test of this file has. */
export const freshId = () => ids.next();

export async function seedOwner({ db }: JobKit): Promise<string> {
  const id = ids.next();
  const name = { username: id, usernameKey: id, email: id, emailKey: id };
  await db.insert(users).values({ id, ...name, tier: 'free', active: true, credentialsEpoch: 0, createdAt: 0, updatedAt: 0 });
  return id;
}

export async function seedResource(
  kit: JobKit,
  ownerId: string,
  states: StageStates = newStages(kit.clock.now()),
): Promise<string> {
  const id = ids.next();
  const now = kit.clock.now();
  await insertResource(kit.db, {
    id,
    ownerId,
    sourceKey: id,
    status: 'pending',
    run: 1,
    tags: [],
    metadata: {},
    edited: [],
    authors: [],
    keywords: [],
    categories: [],
    createdAt: now,
    updatedAt: now,
  });
  await insertStages(kit.db, id, states);
  return id;
}

export async function seedJob(
  kit: JobKit,
  {
    ownerId,
    resourceId,
    stages = STAGES,
    run = 1,
  }: { ownerId?: string; resourceId?: string; stages?: readonly Stage[]; run?: number } = {},
): Promise<Job & { resourceId: string }> {
  const owner = ownerId ?? (await seedOwner(kit));
  const resource = resourceId ?? (await seedResource(kit, owner));
  const payload = { stages: [...stages], run };
  const job = await enqueueJob(
    kit.db,
    { clock: kit.clock, ids },
    { kind: PROCESS, ownerId: owner, resourceId: resource, payload },
  );
  return { ...job, resourceId: resource };
}

/** All five stages in one state, but for those named. */
export function statesWith(base: Partial<StageState>, named: Partial<Record<Stage, Partial<StageState>>> = {}): StageStates {
  const fresh = newStages(0);
  return everyStage((stage) => ({ ...fresh[stage], ...base, ...named[stage] }));
}

export const stagesOf = async (db: Database, resourceId: string) => (await readStages(db, resourceId)) as StageStates;
export const resourceOf = async (db: Database, resourceId: string) => await findResourceOfJob(db, resourceId);
