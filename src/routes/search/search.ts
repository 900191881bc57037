/** GET /search: by meaning, by keyword, or both. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { present } from '../../kernel/core/present.ts';
import type { AppContext } from '../../services/context.ts';
import { resourceFilterQuery, resourceId } from '../../services/resources/resource-schemas.ts';
import { SEARCH_MODES, type SearchHit, type SearchResult, search } from '../../services/search/search.ts';
import type { AppEnv } from '../env.ts';
import { createRouter, defineRoute, json, problems, requiresScopes } from '../router.ts';

const hitSchema = z
  .object({
    resource_id: resourceId,
    title: z.string(),
    passage: z.string().openapi({ description: 'The best chunk of the resource, about 200 words' }),
    score: z.number().openapi({ description: 'Cosine (semantic), BM25 (keyword) or reciprocal rank sum (hybrid)' }),
    semantic_rank: z.int().optional().openapi({ description: 'Rank in the semantic list, from 1' }),
    keyword_rank: z.int().optional().openapi({ description: 'Rank in the keyword list, from 1' }),
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

const searchRoute = defineRoute({
  method: 'get',
  path: '/search',
  tags: ['Search'],
  summary: 'Search resources',
  description:
    'One hit per resource, with its best passage. Any text is a query; `"quoted words"` must occur as a phrase. ' +
    'Hybrid mode fuses both lists by reciprocal rank (k = 60). While the worker is unavailable, search uses keywords only and ' +
    'the response has `degraded`.',
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
      'Hits, best match first',
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
    ...problems(422, 503),
  },
});

export function createSearchRoutes(context: AppContext): OpenAPIHono<AppEnv> {
  const router = createRouter();

  router.openapi(searchRoute, async (c) => {
    const { q, mode, limit, cursor, category, tag, language, min_quality: minQuality } = c.req.valid('query');
    const filter = present({ category, tag, language, minQuality });
    const input = { query: q, mode, filter, cursor, limit, signal: c.req.raw.signal };
    return c.json(toBody(await search(context, c.get('actor'), input)), 200);
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
    ...present({ semantic_rank: semanticRank, keyword_rank: keywordRank }),
    chunk: {
      id,
      position,
      heading_path: [...headingPath],
      char_start: charStart,
      char_end: charEnd,
      ...present({ page_start: pageStart, page_end: pageEnd }),
    },
  };
}
