import { z } from 'zod';
import { present } from '../../kernel/core/present.ts';
import { findResources } from '../../kernel/db/resources.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { resourceId } from '../resources/resource-schemas.ts';
import { search } from '../search/search.ts';
import { question } from '../search/search-schemas.ts';
import { documentUrl } from './document-url.ts';

const RESULTS = 20;

type Context = Pick<AppContext, 'db' | 'chunkIndex' | 'searchClient' | 'clock' | 'log' | 'config'>;

/** In the form that the connectors of assistants expect of the tool `search`. */
export const searchDocuments = operation({
  name: 'assistants.search',
  scope: 'search',
  summary: 'Search documents',
  description:
    "Searches the user's library by meaning and by words, best match first. Any question or words will do. In the query, " +
    '"quoted words" must occur as a phrase, -word must not occur, and tag:, category:, language:, type:, before:, after: and ' +
    'quality: filter, as in: ice type:pdf after:2026-01-01. Read a result with `fetch`, by its id.',
  destructive: false,
  input: z.strictObject({ query: question }),
  output: z.object({
    results: z.array(
      z.object({
        id: resourceId,
        title: z.string(),
        url: z.string().meta({ description: 'To cite the document by' }),
        text: z.string().meta({ description: 'The passage that fits best' }),
      }),
    ),
    note: z.string().optional().meta({ description: 'What to know about these results' }),
  }),
  run: async ({ actor, signal, origin, ...context }: Context & Caller, { query }) => {
    const answer = await search(context, actor, { q: query, limit: RESULTS }, { signal, origin });
    const { hits } = answer;
    const ids = hits.map((hit) => hit.resource_id);
    const found = new Map((await findResources(context.db, actor.userId, ids)).map((resource) => [resource.id, resource]));
    const results = hits.flatMap(({ resource_id: id, title, passage }) => {
      const resource = found.get(id);
      return resource ? [{ id, title, url: documentUrl(context.config, resource), text: passage }] : []; // deleted since the search
    });
    return { results, ...present({ note: noteOn(answer) }) };
  },
});

function noteOn({ degraded, weak, corrected, hits }: Awaited<ReturnType<typeof search>>): string | undefined {
  const notes = [
    degraded && 'Found by words alone: search by meaning is not available right now.',
    corrected && `Searched for "${corrected.to}" instead of "${corrected.from}", which the library does not hold.`,
    weak && hits.length > 0 && 'Even the best result is unlikely to answer the question.',
  ].filter((note) => typeof note === 'string');
  return notes.length === 0 ? undefined : notes.join(' ');
}
