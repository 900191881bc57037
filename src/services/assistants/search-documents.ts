import { z } from 'zod';
import { findResources } from '../../kernel/db/resources.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { resourceId } from '../resources/resource-schemas.ts';
import { search } from '../search/search.ts';
import { documentUrl } from './document-url.ts';

const RESULTS = 20;

type Context = Pick<AppContext, 'db' | 'chunkIndex' | 'queryEmbedder' | 'clock' | 'log' | 'config'>;

/** In the form that the connectors of assistants expect of the tool `search`. */
export const searchDocuments = operation({
  name: 'assistants.search',
  scope: 'search',
  summary: 'Search documents',
  description:
    "Searches the user's library by meaning and by keyword, best match first. Any question or words will do; " +
    '"quoted words" must occur as a phrase. Read a result with `fetch`, by its id.',
  destructive: false,
  input: z.strictObject({ query: search.input.shape.q }),
  output: z.object({
    results: z.array(
      z.object({
        id: resourceId,
        title: z.string(),
        url: z.string().meta({ description: 'To cite the document by' }),
      }),
    ),
  }),
  run: async ({ actor, signal, origin, ...context }: Context & Caller, { query }) => {
    const { hits } = await search(context, actor, { q: query, limit: RESULTS }, { signal, origin });
    const ids = hits.map((hit) => hit.resource_id);
    const found = new Map((await findResources(context.db, actor.userId, ids)).map((resource) => [resource.id, resource]));
    const results = hits.flatMap(({ resource_id: id, title }) => {
      const resource = found.get(id);
      return resource ? [{ id, title, url: documentUrl(context.config, resource) }] : []; // deleted since the search
    });
    return { results };
  },
});
