import { decodePosition, pageOf } from '../../kernel/core/pagination.ts';
import { listResources as listRows, type ResourceFilter, type ResourceSummary } from '../../kernel/db/resources.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { requireScope } from '../require-scope.ts';

export interface ResourcePage {
  readonly resources: readonly ResourceSummary[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

export interface ListResourcesInput {
  readonly filter?: ResourceFilter;
  readonly cursor?: string | undefined;
  /** 1 to 100. */
  readonly limit: number;
}

/** The actor's resources, newest first. Cursors stay valid while resources are added and deleted. */
export async function listResources(
  { db }: Pick<AppContext, 'db'>,
  actor: Actor,
  { filter = {}, cursor, limit }: ListResourcesInput,
): Promise<ResourcePage> {
  requireScope(actor, 'resources:read');
  const after = decodePosition(cursor);
  const fetched = await listRows(db, { ownerId: actor.userId, filter, after, limit: limit + 1 });
  const { rows: resources, ...page } = pageOf(fetched, limit);
  return { resources, ...page };
}
