import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { findCategory } from '../../kernel/db/categories.ts';
import { findResource, updateResource as updateRow } from '../../kernel/db/resources.ts';
import { shareTaxonomy } from '../../kernel/db/settings.ts';
import type { Database } from '../../kernel/db/types.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { type Caller, operation } from '../operation.ts';
import { descriptionField, metadataField, tagsField, titleField } from './resource-fields.ts';
import { resourceIdInput, resourceSchema, toResourceBody } from './resource-schemas.ts';

/** An absent field is not changed. */
const changes = {
  title: titleField.optional(),
  description: descriptionField.optional(),
  tags: tagsField.optional(),
  metadata: metadataField.optional(),
  category: z.string().min(1).max(200).optional().meta({ description: 'Id of a category of GET /taxonomy' }),
};

/** Marks the fields as edited. A corrected category is an example for the owner's later classifications (`listCorrected`). */
export const updateResource = operation({
  name: 'resources.update',
  scope: 'resources:write',
  summary: 'Change a resource',
  description: 'No stage overwrites a field set by hand. A corrected category is an example for the next classification.',
  destructive: false,
  input: z
    .strictObject({ id: resourceIdInput, ...changes })
    .refine(({ id: _id, ...given }) => Object.keys(given).length > 0, 'must name at least one field to change')
    .meta({ minProperties: 2 }),
  output: resourceSchema,
  errors: ['not_found'],
  run: async ({ db, clock, actor }: Pick<AppContext, 'db' | 'clock'> & Caller, { id, ...given }) => {
    const owned = { id, ownerId: actor.userId };
    return await db.transaction(async (tx) => {
      const before = await findResource(tx, owned);
      if (!before) throw noSuchResource();
      const fields = definedFields(given);
      const edited = [...new Set([...before.edited, ...Object.keys(fields)])];
      await updateRow(tx, owned, { ...fields, edited, updatedAt: clock.now() });
      if (given.category !== undefined) await requireCategory(tx, given.category);
      const after = await findResource(tx, owned);
      if (!after) throw noSuchResource();
      return toResourceBody(after);
    });
  },
});

type Changes = z.infer<z.ZodObject<typeof changes>>;

function definedFields({ title, description, tags, metadata, category }: Changes) {
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(tags === undefined ? {} : { tags: [...new Set(tags)] }),
    ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
    ...(category === undefined ? {} : { category }),
  };
}

/** Keeps the tree as it is until the transaction ends: the document does not get a category that another one removes. */
async function requireCategory(tx: Database, id: string): Promise<void> {
  await shareTaxonomy(tx);
  if (!(await findCategory(tx, id))) throw noSuchCategory();
}

function noSuchCategory(): AppError {
  const message = 'is not a category id of the taxonomy; GET /taxonomy lists them';
  return new AppError('invalid_input', `category ${message}`, { errors: [{ path: 'category', message }] });
}
