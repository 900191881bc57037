import { findResource, findResourceWithText, type ResourceSummary } from '../../kernel/db/resources.ts';
import type { Resource } from '../../kernel/db/types.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { requireScope } from '../require-scope.ts';

/** One of the actor's resources. Its text, which may be megabytes, is read only with `withText`. Throws `not_found`. */
export async function getResource(
  { db }: Pick<AppContext, 'db'>,
  actor: Actor,
  { id, withText = false }: { id: string; withText?: boolean },
): Promise<ResourceSummary & Partial<Pick<Resource, 'text'>>> {
  requireScope(actor, 'resources:read');
  const find = withText ? findResourceWithText : findResource;
  const resource = await find(db, { id, ownerId: actor.userId });
  if (!resource) throw noSuchResource();
  return resource;
}
