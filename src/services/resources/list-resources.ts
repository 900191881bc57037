import { z } from 'zod';
import { decodePosition, pageOf } from '../../kernel/core/pagination.ts';
import { listResources as listRows } from '../../kernel/db/resources.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { resourceFilterQuery, resourceSchema, statusSchema, toResourceBody } from './resource-schemas.ts';

export const listResources = operation({
  name: 'resources.list',
  scope: 'resources:read',
  summary: 'List resources',
  description: 'Newest first. `next_cursor` leads to the next page; the last page has none.',
  destructive: false,
  input: resourceFilterQuery.extend({
    status: statusSchema.optional(),
    q: z.string().max(500).optional().meta({ description: 'Part of the title, description, summary or URL' }),
    limit: z.coerce.number().int().min(1).max(100).default(20),
    cursor: z.string().max(500).optional(),
  }),
  output: z.object({ resources: z.array(resourceSchema), next_cursor: z.string().optional() }).meta({ id: 'ResourcePage' }),
  run: async (
    { db, actor }: Pick<AppContext, 'db'> & Caller,
    { q, limit, cursor, min_quality: minQuality, category, tag, language, status },
  ) => {
    const filter = { category, tag, language, status, minQuality, text: q };
    const after = decodePosition(cursor);
    // Cursors stay valid while resources are added and deleted.
    const fetched = await listRows(db, { ownerId: actor.userId, filter, after, limit: limit + 1 });
    const { rows, nextCursor } = pageOf(fetched, limit);
    return { resources: rows.map(toResourceBody), ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }) };
  },
});
