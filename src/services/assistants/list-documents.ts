import { z } from 'zod';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { listResources } from '../resources/list-resources.ts';
import { resourceFilterQuery, resourceId, statusSchema } from '../resources/resource-schemas.ts';
import { documentUrl } from './document-url.ts';

const listed = listResources.input.shape;
/** One value each: assistants ask again. */
const filters = resourceFilterQuery.shape;

/** What an assistant needs to choose a document: a page of full resources would fill its context. */
export const listDocuments = operation({
  name: 'assistants.list',
  scope: 'resources:read',
  summary: 'List documents',
  description:
    "Lists the user's documents, newest first, by status, category, tag, language or words in their description. " +
    '`next_cursor` leads to the next page; the last page has none. To find by content, use `search`.',
  destructive: false,
  input: z.strictObject({
    status: listed.status,
    q: listed.q,
    category: filters.category,
    tag: filters.tag,
    language: filters.language,
    limit: listed.limit,
    cursor: listed.cursor,
  }),
  output: z.object({
    documents: z.array(
      z.object({
        id: resourceId,
        title: z.string(),
        url: z.string(),
        status: statusSchema,
        category: z.string().optional(),
        tags: z.array(z.string()),
        summary: z.string().optional(),
        created_at: z.iso.datetime(),
      }),
    ),
    next_cursor: z.string().optional(),
  }),
  run: async ({ db, config, actor }: Pick<AppContext, 'db' | 'config'> & Caller, input) => {
    const { resources, next_cursor } = await listResources({ db }, actor, input);
    const documents = resources.map(({ id, title, url, status, category, tags, summary, created_at }) => ({
      id,
      title: title ?? url ?? 'Untitled',
      url: documentUrl(config, { id, url: url ?? null }),
      status,
      tags,
      created_at,
      ...(category === undefined ? {} : { category }),
      ...(summary === undefined ? {} : { summary }),
    }));
    return { documents, ...(next_cursor === undefined ? {} : { next_cursor }) };
  },
});
