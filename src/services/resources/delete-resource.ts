import { deleteIdempotencyKeys } from '../../kernel/db/idempotency-keys.ts';
import { deleteResource as deleteRow } from '../../kernel/db/resources.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { requireScope } from '../require-scope.ts';

/** Deletes a resource with its source, chunks, vectors, links, edges, jobs, idempotency keys and progress. Throws `not_found`. */
export async function deleteResource(
  { db, progress }: Pick<AppContext, 'db' | 'progress'>,
  actor: Actor,
  { id }: { id: string },
): Promise<void> {
  requireScope(actor, 'resources:write');
  await db.transaction(async (tx) => {
    if (!(await deleteRow(tx, { id, ownerId: actor.userId }))) throw noSuchResource();
    await deleteIdempotencyKeys(tx, { ownerId: actor.userId, resourceId: id });
  });
  await progress.forget(id);
}
