import { AppError } from '../../kernel/core/errors.ts';
import { findCategory } from '../../kernel/db/categories.ts';
import { findResource, type ResourceSummary, updateResource as updateRow } from '../../kernel/db/resources.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { requireScope } from '../require-scope.ts';

/** The fields that a user may edit; an absent field is not changed. */
export interface ResourceChanges {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** The id of a category of the taxonomy. */
  readonly category?: string | undefined;
}

/**
 * Sets fields and marks them as edited, so that no stage overwrites them. A corrected category becomes an example for the
 * owner's later classifications (`listCorrected`). Throws `not_found`, and `invalid_input` for an unknown category.
 */
export async function updateResource(
  { db, clock }: Pick<AppContext, 'db' | 'clock'>,
  actor: Actor,
  { id, changes }: { id: string; changes: ResourceChanges },
): Promise<ResourceSummary> {
  requireScope(actor, 'resources:write');
  const owned = { id, ownerId: actor.userId };
  return await db.transaction(async (tx) => {
    const before = await findResource(tx, owned);
    if (!before) throw noSuchResource();
    if (changes.category !== undefined && !(await findCategory(tx, changes.category))) throw noSuchCategory();
    const fields = definedFields(changes);
    const edited = [...new Set([...before.edited, ...Object.keys(fields)])];
    await updateRow(tx, owned, { ...fields, edited, updatedAt: clock.now() });
    const after = await findResource(tx, owned);
    if (!after) throw noSuchResource();
    return after;
  });
}

function definedFields({ title, description, tags, metadata, category }: ResourceChanges) {
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(tags === undefined ? {} : { tags: [...new Set(tags)] }),
    ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
    ...(category === undefined ? {} : { category }),
  };
}

function noSuchCategory(): AppError {
  const message = 'is not a category id of the taxonomy; GET /taxonomy lists them';
  return new AppError('invalid_input', `category ${message}`, { errors: [{ path: 'category', message }] });
}
