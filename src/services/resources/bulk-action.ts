/** What a bulk change does to one document, in the transaction of its slice. */
import { AppError } from '../../kernel/core/errors.ts';
import { deleteIdempotencyKeys } from '../../kernel/db/idempotency-keys.ts';
import { hasUnfinishedJob } from '../../kernel/db/jobs.ts';
import { deleteResource, findResource, updateResource } from '../../kernel/db/resources.ts';
import type { Database } from '../../kernel/db/types.ts';
import type { BulkPayload } from '../../kernel/model/job-kinds.ts';
import type { AppContext } from '../context.ts';
import { restartRun, type StartedRun } from './processing-runs.ts';

/** Why nothing was done to the document, or the run that was started for it. */
export interface BulkResult {
  readonly fault?: string;
  readonly run?: StartedRun;
}

/** Tags of a document, as `tagsField` limits them. */
const MAX_TAGS = 50;

const GONE: BulkResult = { fault: 'There is no resource with this id' };

export async function applyBulkAction(
  tx: Database,
  context: Pick<AppContext, 'clock' | 'ids'>,
  { id, ownerId }: { readonly id: string; readonly ownerId: string },
  payload: BulkPayload,
): Promise<BulkResult> {
  if (payload.action === 'delete') {
    if (!(await deleteResource(tx, { id, ownerId }))) return GONE;
    await deleteIdempotencyKeys(tx, { ownerId, resourceId: id });
    return {};
  }
  const resource = await findResource(tx, { id, ownerId });
  if (!resource) return GONE;
  if (payload.action === 'tag') {
    const kept = resource.tags.filter((tag) => !payload.remove_tags?.includes(tag));
    const tags = [...new Set([...kept, ...(payload.add_tags ?? [])])];
    if (tags.length > MAX_TAGS) return { fault: `It would have ${tags.length} tags, and ${MAX_TAGS} are allowed` };
    const edited = [...new Set([...resource.edited, 'tags'])];
    await updateResource(tx, { id, ownerId }, { tags, edited, updatedAt: context.clock.now() });
    return {};
  }
  if (await hasUnfinishedJob(tx, id)) return { fault: 'It is still being processed' };
  try {
    return { run: await restartRun(tx, context, resource, payload.stages) };
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return GONE;
    throw error;
  }
}
