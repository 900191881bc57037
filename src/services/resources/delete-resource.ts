import { z } from 'zod';
import { deleteIdempotencyKeys } from '../../kernel/db/idempotency-keys.ts';
import { deleteResource as deleteRow } from '../../kernel/db/resources.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { type Caller, nothing, operation } from '../operation.ts';
import { resourceIdInput } from './resource-schemas.ts';

/** Deletes a resource with its source, chunks, vectors, links, edges, jobs, idempotency keys and progress. */
export const deleteResource = operation({
  name: 'resources.delete',
  scope: 'resources:delete',
  summary: 'Delete a resource',
  description: 'Deletes everything derived from it, too.',
  destructive: true,
  input: z.object({ id: resourceIdInput }),
  output: nothing,
  errors: ['not_found'],
  run: async ({ db, progress, actor }: Pick<AppContext, 'db' | 'progress'> & Caller, { id }) => {
    await db.transaction(async (tx) => {
      if (!(await deleteRow(tx, { id, ownerId: actor.userId }))) throw noSuchResource();
      await deleteIdempotencyKeys(tx, { ownerId: actor.userId, resourceId: id });
    });
    await progress.forget(id);
  },
});
