/** The part of a resource that its progress decides. */
import { eq } from 'drizzle-orm';
import { firstFailure, overallStatus, type StageStates, statusesOf } from '../model/stages.ts';
import { resources } from './schema.sqlite.ts';
import type { Database } from './types.ts';

/** Sets status, error message and completion time to what the five stages say; call it in the transaction that changed them. */
export async function mirrorStages(tx: Database, resourceId: string, states: StageStates, now: number): Promise<void> {
  const status = overallStatus(statusesOf(states));
  await tx
    .update(resources)
    .set({
      status,
      errorMessage: firstFailure(states),
      completedAt: status === 'completed' ? now : null,
      updatedAt: now,
    })
    .where(eq(resources.id, resourceId));
}
