/** The durable record of progress: one row per resource and stage. */
import { eq, sql } from 'drizzle-orm';
import { everyStage, isAskedFor, NOT_ASKED_FOR, STAGES, type Stage, type StageState, type StageStates } from '../model/stages.ts';
import { resourceStages } from './schema.sqlite.ts';
import type { Database, ResourceStage } from './types.ts';

export async function insertStages(db: Database, resourceId: string, states: StageStates): Promise<void> {
  await db.insert(resourceStages).values(toRows(resourceId, states));
}

/**
 * The states of all stages; undefined if the resource has no row. A stage without a row was not asked for. Rows of stages that
 * only a newer version knows are left alone.
 */
export async function readStages(db: Database, resourceId: string): Promise<StageStates | undefined> {
  const rows = await db.select().from(resourceStages).where(eq(resourceStages.resourceId, resourceId));
  if (rows.length === 0) return undefined;
  return everyStage((stage) => {
    const row = rows.find((one) => one.stage === stage);
    return row ? toState(row) : NOT_ASKED_FOR;
  });
}

/** Replaces the given stages that were asked for, in one statement. The resource must exist. */
export async function writeStages(db: Database, resourceId: string, states: Partial<StageStates>): Promise<void> {
  const rows = toRows(resourceId, states);
  if (rows.length === 0) return;
  await db
    .insert(resourceStages)
    .values(rows)
    .onConflictDoUpdate({
      target: [resourceStages.resourceId, resourceStages.stage],
      set: {
        status: sql`excluded.status`,
        percent: sql`excluded.percent`,
        run: sql`excluded.run`,
        attempt: sql`excluded.attempt`,
        message: sql`excluded.message`,
        startedAt: sql`excluded.started_at`,
        finishedAt: sql`excluded.finished_at`,
        updatedAt: sql`excluded.updated_at`,
      },
    });
}

function toRows(resourceId: string, states: Partial<StageStates>): ResourceStage[] {
  return STAGES.flatMap((stage: Stage) => {
    const state = states[stage];
    return state && isAskedFor(state) ? [{ resourceId, stage, ...state }] : [];
  });
}

function toState({ resourceId: _resourceId, stage: _stage, ...state }: ResourceStage): StageState {
  return state;
}
