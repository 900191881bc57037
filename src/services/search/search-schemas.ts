/** What a search is asked and what it answers, on the wire. */
import { z } from 'zod';
import { present } from '../../kernel/core/present.ts';
import { languagesNamed } from '../../kernel/search/language-names.ts';
import {
  FACET_NAMES,
  MAX_FILTER_VALUES,
  MAX_QUESTION_UNITS,
  SEARCH_MODES,
  SEARCH_SORTS,
  type SearchFilters,
} from '../../kernel/search/search-request.ts';
import { FILTER_FIELDS, mediaTypesOf } from '../resources/filter-fields.ts';
import { resourceId } from '../resources/resource-schemas.ts';

/** Text with something in it. */
export const question = z
  .string()
  .max(MAX_QUESTION_UNITS)
  .refine((text) => text.trim() !== '', 'must not be empty');

const metadataValue = z.string().max(500);

const SHARED_FIELDS = {
  q: question.optional().meta({ example: 'why does ice break off into the sea?' }),
  similar_to: question
    .optional()
    .meta({ description: 'Instead of `q`: the id of a resource, which itself is no hit, or a text, whose operators are words' }),
  mode: z.enum(SEARCH_MODES).default('hybrid'),
  sort: z.enum(SEARCH_SORTS).default('relevance').meta({ description: '`date`: the latest first' }),
  ...FILTER_FIELDS,
  metadata: z
    .record(z.string().min(1).max(100), z.union([metadataValue, z.array(metadataValue).min(1).max(MAX_FILTER_VALUES)]))
    .refine((fields) => Object.keys(fields).length <= MAX_FILTER_VALUES, `has more than ${MAX_FILTER_VALUES} names`)
    .optional()
    .meta({ description: 'Values of own metadata by name', maxProperties: MAX_FILTER_VALUES }),
  cursor: z.string().max(2_000).optional(),
};
const quality = { description: 'Excludes resources without a quality score' };

const hasOneQuestion = ({ q, similar_to }: { q?: unknown; similar_to?: unknown }) =>
  (q === undefined) !== (similar_to === undefined);
const ONE_QUESTION: { path: string[]; error: (issue: { readonly input?: unknown }) => string } = {
  path: ['q'],
  error: ({ input }) =>
    (input as { q?: unknown }).q === undefined
      ? 'is required, or `similar_to` instead of it'
      : 'stands in place of `similar_to`: give one of them',
};

/** In an address: flags and numbers are text. */
export const searchQuery = z
  .strictObject({
    ...SHARED_FIELDS,
    min_quality: z.coerce.number().min(0).max(1).optional().meta(quality),
    quality: z.coerce.number().min(0).max(1).optional().meta({ description: 'The same as `min_quality`' }),
    prefix: z
      .enum(['true', 'false'])
      .default('false')
      .transform((value) => value === 'true')
      .meta({
        description: '`true`: the last word may be the beginning of one, as while a question is being typed; by words alone',
      }),
    limit: z.coerce.number().int().min(1).max(100).default(10),
  })
  .refine(hasOneQuestion, ONE_QUESTION);

/** In a body. */
export const searchBody = z
  .strictObject({
    ...SHARED_FIELDS,
    min_quality: z.number().min(0).max(1).optional().meta(quality),
    quality: z.number().min(0).max(1).optional().meta({ description: 'The same as `min_quality`' }),
    prefix: z.boolean().default(false).meta({ description: 'The last word may be the beginning of one; by words alone' }),
    limit: z.int().min(1).max(100).default(10),
  })
  .refine(hasOneQuestion, ONE_QUESTION)
  .meta({ id: 'SearchQuestion' });

export type SearchFields = z.output<typeof searchBody>;

const listOf = (value: string | readonly string[] | undefined) => (value === undefined ? undefined : [value].flat());
const msOf = (value: string | undefined) => (value === undefined ? undefined : Date.parse(value));

/** Throws `invalid_input` for a type that is neither a format nor a media type. */
export function filtersOf({
  category,
  tag,
  language,
  type,
  after,
  before,
  min_quality,
  quality: minimum,
  metadata,
}: SearchFields) {
  const filters: SearchFilters = present({
    ...{ category: listOf(category), tag: listOf(tag) },
    language: language === undefined ? undefined : languagesNamed([language].flat()),
    ...{ type: type === undefined ? undefined : mediaTypesOf(type), after: msOf(after), before: msOf(before) },
    minQuality: min_quality ?? minimum,
    metadata: metadata && Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, listOf(value) ?? []])),
  });
  return filters;
}

const chunkSchema = z
  .object({
    id: z.string(),
    position: z.int(),
    heading_path: z.array(z.string()),
    char_start: z.int().meta({ description: 'UTF-16 units into the text of the resource' }),
    char_end: z.int(),
    page_start: z.int().optional(),
    page_end: z.int().optional(),
  })
  .meta({ id: 'SearchChunk' });

const highlights = z.array(z.array(z.int()).length(2));

const passageSchema = z
  .object({
    text: z.string(),
    highlights: highlights.meta({
      description: 'Where words of the question are: ranges of UTF-16 units into `text`, without the end',
    }),
    chunk: chunkSchema,
  })
  .meta({ id: 'SearchPassage' });

const hitSchema = z
  .object({
    resource_id: resourceId,
    title: z.string(),
    title_highlights: highlights.meta({ description: 'Where words of the question are in `title`' }),
    url: z.string().optional(),
    type: z.string().optional().meta({ description: 'Media type', example: 'application/pdf' }),
    category: z.string().optional().meta({ description: 'Id of its category' }),
    language: z.string().optional().meta({ example: 'en' }),
    tags: z.array(z.string()),
    created_at: z.iso.datetime().meta({ example: '2026-01-01T12:00:00.000Z' }),
    score: z.number().meta({ description: 'How likely the hit is to be relevant, 0 to 1; while `degraded` only an order' }),
    why: z
      .object({
        words: z.array(z.string()).meta({ description: 'Words of the question that the resource holds' }),
        meaning: z.number().meta({ description: 'Nearness in meaning, 0 to 1' }),
      })
      .meta({ id: 'SearchReason' }),
    semantic_rank: z.int().optional().meta({ description: 'Rank by meaning, from 1' }),
    keyword_rank: z.int().optional().meta({ description: 'Rank by words, from 1' }),
    passages: z.array(passageSchema).max(3).meta({ description: 'The best first' }),
    passage: z.string().meta({ description: 'The text of the first passage' }),
    chunk: chunkSchema,
  })
  .meta({ id: 'SearchHit' });

const facetValues = z.array(z.object({ value: z.string(), count: z.int() })).max(100);

export const searchResult = z
  .object({
    query: z.string(),
    mode: z.enum(SEARCH_MODES),
    took_ms: z.number(),
    timing: z
      .object({ embed: z.number(), words: z.number(), meaning: z.number(), read: z.number() })
      .meta({ description: 'Milliseconds of the parts', id: 'SearchTiming' }),
    total: z.int().meta({ description: 'All hits, of which a page has `limit`' }),
    corrected: z
      .object({ from: z.string(), to: z.string() })
      .optional()
      .meta({ description: 'Words that the library does not have were taken for others', id: 'SearchCorrection' }),
    degraded: z.literal(true).optional().meta({ description: 'No worker answered: hits are by words alone, from the database' }),
    weak: z.literal(true).optional().meta({ description: 'Even the best hit is unlikely to be relevant' }),
    facets: z
      .object(
        Object.fromEntries(FACET_NAMES.map((name) => [name, facetValues])) as Record<
          (typeof FACET_NAMES)[number],
          typeof facetValues
        >,
      )
      .optional()
      .meta({
        description: 'Counts of all hits by value, each under the other filters; absent while `degraded`',
        id: 'SearchFacets',
      }),
    hits: z.array(hitSchema),
    next_cursor: z.string().optional(),
  })
  .meta({ id: 'SearchResult' });
