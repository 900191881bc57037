/** Searches the actor's resources: a worker answers from memory, and the database by words while none does. */
import { AppError } from '../../kernel/core/errors.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { SearchAnswer, SearchRequest } from '../../kernel/search/search-request.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { searchInDatabase } from './search-in-database.ts';
import { filtersOf, type SearchFields, searchBody, searchQuery, searchResult } from './search-schemas.ts';

type SearchContext = Pick<AppContext, 'db' | 'chunkIndex' | 'searchClient' | 'clock' | 'log'>;

const SEARCH = {
  scope: 'search',
  destructive: false,
  output: searchResult,
  errors: ['not_found'],
} as const;

const DESCRIPTION =
  'One hit per resource, with its best passages. Any text is a question. `"quoted words"` must occur as a phrase, `-word` must ' +
  'not occur, and `tag:`, `category:`, `language:`, `type:`, `before:`, `after:` and `quality:` filter as the fields of those ' +
  'names do. Words that the library does not know are corrected, which `corrected` says. While no worker answers, the database ' +
  'finds words alone, and the response has `degraded`; cursors lead on only in answers of the same kind.';

export const search = operation({
  ...SEARCH,
  name: 'search.query',
  summary: 'Search resources',
  description: `${DESCRIPTION} \`metadata.<name>=<value>\` filters by own metadata. A long question goes by POST.`,
  input: searchQuery,
  errors: [...SEARCH.errors, 'uri_too_long'],
  run: async ({ actor, signal, ...context }: SearchContext & Caller, given) => await find(context, actor, given, signal),
});

export const searchByPost = operation({
  ...SEARCH,
  name: 'search.ask',
  summary: 'Search resources by a question in a body',
  description: DESCRIPTION,
  input: searchBody,
  run: async ({ actor, signal, ...context }: SearchContext & Caller, given) => await find(context, actor, given, signal),
});

async function find(context: SearchContext, actor: Actor, given: SearchFields, signal: AbortSignal | undefined) {
  const { q, similar_to, prefix, sort, limit, cursor } = given;
  const request: SearchRequest = {
    ...{ owner_id: actor.userId, q, similar_to, prefix, sort, limit, cursor },
    // While a question is being typed, words answer at once.
    mode: prefix ? 'keyword' : given.mode,
    filters: filtersOf(given),
  };
  return toBody(await answer(context, request, signal));
}

async function answer(context: SearchContext, request: SearchRequest, signal: AbortSignal | undefined): Promise<SearchAnswer> {
  try {
    return await context.searchClient.search(request, signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
    return await searchInDatabase(context, request);
  }
}

/** The answer without what the contract does not name. */
const toBody = (answer: SearchAnswer) => searchResult.parse(answer);
