import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { findResourceWithText } from '../../kernel/db/resources.ts';
import { TEXT_FORMATS } from '../../kernel/model/text-format.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { type Caller, operation } from '../operation.ts';
import { resourceIdInput, textFormatOf } from './resource-schemas.ts';

export const readText = operation({
  name: 'resources.text',
  scope: 'resources:read',
  summary: 'Read the text of a resource',
  description: 'As Markdown; plain for documents read before November 2026. All offsets are in UTF-16 units into this text.',
  destructive: false,
  input: z.object({ id: resourceIdInput }),
  output: z.object({ text: z.string(), text_format: z.enum(TEXT_FORMATS) }),
  errors: ['not_found'],
  run: async ({ db, actor }: Pick<AppContext, 'db'> & Caller, { id }) => {
    const resource = await findResourceWithText(db, { id, ownerId: actor.userId });
    if (!resource) throw noSuchResource();
    if (resource.text === null) throw new AppError('not_found', 'The text of this resource has not been read');
    return { text: resource.text, text_format: textFormatOf(resource) ?? 'plain' };
  },
});
