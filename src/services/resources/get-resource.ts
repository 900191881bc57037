import { z } from 'zod';
import { findResource, findResourceWithText } from '../../kernel/db/resources.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { type Caller, operation } from '../operation.ts';
import { resourceIdInput, resourceSchema, toResourceBody } from './resource-schemas.ts';

export const getResource = operation({
  name: 'resources.get',
  scope: 'resources:read',
  summary: 'Read a resource',
  description: 'What was sent, what processing found, and with `include=text` the extracted text. Another owner’s id is 404.',
  destructive: false,
  input: z.object({
    id: resourceIdInput,
    include: z.enum(['text']).optional().meta({ description: '`text`: adds the extracted text' }),
  }),
  output: resourceSchema,
  errors: ['not_found'],
  run: async ({ db, actor }: Pick<AppContext, 'db'> & Caller, { id, include }) => {
    // The text may be megabytes.
    const find = include === 'text' ? findResourceWithText : findResource;
    const resource = await find(db, { id, ownerId: actor.userId });
    if (!resource) throw noSuchResource();
    return toResourceBody(resource);
  },
});
