/** Search, by meaning and by word. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../../services/context.ts';
import { SEARCH_MODES, type SearchHit, type SearchResult, search } from '../../services/search/search.ts';
import type { AppEnv } from '../env.ts';
import { resourceFilterQuery, resourceId } from '../resources/resource-schemas.ts';
import { createRouter, json, problems, requiresScopes } from '../router.ts';

const hitSchema = z
  .object({
    resource_id: resourceId,
    title: z.string(),
    passage: z.string().openapi({ description: 'The best chunk of the resource, about 200 words' }),
    score: z.number().openapi({ description: 'Cosine (semantic), BM25 (keyword) or reciprocal rank sum (hybrid)' }),
    semantic_rank: z.int().optional().openapi({ description: 'Its place in the list by meaning, from 1' }),
    keyword_rank: z.int().optional().openapi({ description: 'Its place in the list by word, from 1' }),
    chunk: z.object({
      id: z.string(),
      position: z.int(),
      heading_path: z.array(z.string()),
      char_start: z.int(),
      char_end: z.int(),
      page_start: z.int().optional(),
      page_end: z.int().optional(),
    }),
  })
  .openapi('SearchHit');

const searchRoute = createRoute({
  method: 'get',
  path: '/search',
  tags: ['Search'],
  summary: 'Find resources by meaning and by word',
  description:
    'One hit per resource of yours, with its best passage. Any text is a query; `"quoted words"` are looked for as a phrase. ' +
    'Hybrid fuses both lists by reciprocal rank (k = 60). While the worker is away, search goes by word and says `degraded`.',
  security: requiresScopes('search'),
  request: {
    query: resourceFilterQuery.extend({
      q: z
        .string()
        .max(1_000)
        .refine((text) => text.trim() !== '', 'must not be empty')
        .openapi({ example: 'why does ice break off into the sea?' }),
      mode: z.enum(SEARCH_MODES).default('hybrid'),
      limit: z.coerce.number().int().min(1).max(100).default(10),
      cursor: z.string().max(500).optional(),
    }),
  },
  responses: {
    200: json(
      'Hits, best first',
      z
        .object({
          query: z.string(),
          mode: z.enum(SEARCH_MODES),
          took_ms: z.number(),
          degraded: z.literal(true).optional(),
          hits: z.array(hitSchema),
          next_cursor: z.string().optional(),
        })
        .openapi('SearchResult'),
    ),
    ...problems(401, 403, 422, 503),
  },
});

export function createSearchRoutes(services: AppContext): OpenAPIHono<AppEnv> {
  const router = createRouter();

  router.openapi(searchRoute, async (c) => {
    const { q, mode, limit, cursor, category, tag, language, min_quality: minQuality } = c.req.valid('query');
    const filter = {
      ...(category === undefined ? {} : { category }),
      ...(tag === undefined ? {} : { tag }),
      ...(language === undefined ? {} : { language }),
      ...(minQuality === undefined ? {} : { minQuality }),
    };
    const input = { query: q, mode, filter, cursor, limit, signal: c.req.raw.signal };
    return c.json(toBody(await search(services, c.get('actor'), input)), 200);
  });

  return router;
}

function toBody({ query, mode, tookMs, degraded, hits, nextCursor }: SearchResult) {
  return {
    query,
    mode,
    took_ms: tookMs,
    ...(degraded ? { degraded: true as const } : {}),
    hits: hits.map(toHitBody),
    ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
  };
}

function toHitBody({ resourceId, title, passage, score, semanticRank, keywordRank, chunk }: SearchHit) {
  const { id, position, headingPath, charStart, charEnd, pageStart, pageEnd } = chunk;
  return {
    resource_id: resourceId,
    title,
    passage,
    score,
    ...(semanticRank === undefined ? {} : { semantic_rank: semanticRank }),
    ...(keywordRank === undefined ? {} : { keyword_rank: keywordRank }),
    chunk: {
      id,
      position,
      heading_path: [...headingPath],
      char_start: charStart,
      char_end: charEnd,
      ...(pageStart === null ? {} : { page_start: pageStart }),
      ...(pageEnd === null ? {} : { page_end: pageEnd }),
    },
  };
}
