/** Searches the actor's resources by vector, by keyword or by both. */

import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { decodeCursor, encodeCursor } from '../../kernel/core/pagination.ts';
import { present } from '../../kernel/core/present.ts';
import type { ChunkFilter, ChunkHit } from '../../kernel/db/chunk-index.ts';
import { findChunks } from '../../kernel/db/chunks.ts';
import { findResources } from '../../kernel/db/resources.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { resourceFilterQuery, resourceId } from '../resources/resource-schemas.ts';
import { type FusedResource, fuse, type RankedResource, rankResources } from './fusion.ts';

const SEARCH_MODES = ['hybrid', 'semantic', 'keyword'] as const;
type SearchMode = (typeof SEARCH_MODES)[number];

/** Resources ranked per list, independent of the page, so that consecutive pages neither overlap nor leave gaps. */
const DEPTH = 200;
/** Chunks read to find that many resources; one resource may have many of the best chunks. */
const CHUNK_STEPS = [400, 1_600, 6_400];

interface SearchInput {
  readonly query: string;
  readonly mode: SearchMode;
  readonly filter?: Omit<ChunkFilter, 'ownerId'>;
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

interface FoundHit {
  readonly resourceId: string;
  readonly title: string;
  readonly passage: string;
  readonly score: number;
  readonly semanticRank?: number;
  readonly keywordRank?: number;
  readonly chunk: {
    readonly id: string;
    readonly position: number;
    readonly headingPath: readonly string[];
    readonly charStart: number;
    readonly charEnd: number;
    readonly pageStart: number | null;
    readonly pageEnd: number | null;
  };
}

interface Found {
  readonly query: string;
  readonly mode: SearchMode;
  readonly tookMs: number;
  /** True if vector search was requested but unavailable, so that the hits come from keyword search. */
  readonly degraded: boolean;
  readonly hits: readonly FoundHit[];
  readonly nextCursor?: string;
}

type SearchContext = Pick<AppContext, 'db' | 'chunkIndex' | 'queryEmbedder' | 'clock' | 'log'>;

const hitSchema = z
  .object({
    resource_id: resourceId,
    title: z.string(),
    passage: z.string().meta({ description: 'The best chunk of the resource, about 200 words' }),
    score: z.number().meta({ description: 'Cosine (semantic), BM25 (keyword) or reciprocal rank sum (hybrid)' }),
    semantic_rank: z.int().optional().meta({ description: 'Rank in the semantic list, from 1' }),
    keyword_rank: z.int().optional().meta({ description: 'Rank in the keyword list, from 1' }),
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
  .meta({ id: 'SearchHit' });

export const search = operation({
  name: 'search.query',
  scope: 'search',
  summary: 'Search resources',
  description:
    'One hit per resource, with its best passage. Any text is a query; `"quoted words"` must occur as a phrase. ' +
    'Hybrid mode fuses both lists by reciprocal rank (k = 60). While the worker is unavailable, search uses keywords only and ' +
    'the response has `degraded`.',
  destructive: false,
  input: resourceFilterQuery.extend({
    q: z
      .string()
      .max(1_000)
      .refine((text) => text.trim() !== '', 'must not be empty')
      .meta({ example: 'why does ice break off into the sea?' }),
    mode: z.enum(SEARCH_MODES).default('hybrid'),
    category: z.string().max(200).optional().meta({ description: 'Id of a category, which finds its subtree' }),
    limit: z.coerce.number().int().min(1).max(100).default(10),
    cursor: z.string().max(500).optional(),
  }),
  output: z
    .object({
      query: z.string(),
      mode: z.enum(SEARCH_MODES),
      took_ms: z.number(),
      degraded: z.literal(true).optional(),
      hits: z.array(hitSchema),
      next_cursor: z.string().optional(),
    })
    .meta({ id: 'SearchResult' }),
  run: async (
    { actor, signal, ...context }: SearchContext & Caller,
    { q: query, mode, limit, cursor, category, tag, language, min_quality: minQuality },
  ) => {
    const filter = present({ category: list(category), tag: list(tag), language: list(language), minQuality });
    return toBody(await find(context, actor, { query, mode, filter, cursor, limit, signal }));
  },
});

/** Returns one hit per resource, with its best passage. By mode, `score` is the cosine, a BM25 weight or the fused rank. */
async function find(context: SearchContext, actor: Actor, input: SearchInput): Promise<Found> {
  const started = context.clock.monotonic();
  const offset = input.cursor === undefined ? 0 : decodeCursor(input.cursor, isOffset);
  const { ranked, degraded } = await rank(context, { ...input.filter, ownerId: actor.userId }, input);
  const page = ranked.slice(offset, offset + input.limit);
  const hits = await readHits(context, actor, page);
  const next = offset + input.limit;
  return {
    query: input.query,
    mode: input.mode,
    tookMs: Math.round(context.clock.monotonic() - started),
    degraded,
    hits,
    ...(ranked.length > next ? { nextCursor: encodeCursor(next) } : {}),
  };
}

const list = (value: string | undefined) => (value === undefined ? undefined : [value]);

async function rank(
  context: SearchContext,
  filter: ChunkFilter,
  input: SearchInput,
): Promise<{ ranked: FusedResource[]; degraded: boolean }> {
  const { query, mode } = input;
  const byKeyword = () => rankDeep((limit) => context.chunkIndex.keyword({ text: query }, filter, limit));
  if (mode === 'keyword') return { ranked: (await byKeyword()).map(asKeyword), degraded: false };
  const embedded = await embed(context, input);
  if (!embedded) return { ranked: (await byKeyword()).map(asKeyword), degraded: true };
  const nearest = await rankDeep((limit) => context.chunkIndex.nearest(embedded.vector, embedded.model, filter, limit));
  const semantic = nearest.filter((hit) => hit.score > 0);
  if (mode === 'semantic') return { ranked: semantic.map(asSemantic), degraded: false };
  return { ranked: fuse(semantic, await byKeyword()), degraded: false };
}

const asKeyword = ({ rank, ...hit }: RankedResource): FusedResource => ({ ...hit, keywordRank: rank });
const asSemantic = ({ rank, ...hit }: RankedResource): FusedResource => ({ ...hit, semanticRank: rank });

/** The query's vector; undefined if the worker is unavailable. */
async function embed({ queryEmbedder, log }: SearchContext, { query, signal }: SearchInput) {
  try {
    return await queryEmbedder.embed(query, signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
    log.warning('semantic search is unavailable: searching by keyword only', { error });
    return undefined;
  }
}

/** Reads more chunks until they hold enough resources or the list ends. */
async function rankDeep(list: (limit: number) => Promise<ChunkHit[]>): Promise<RankedResource[]> {
  let ranked: RankedResource[] = [];
  for (const limit of CHUNK_STEPS) {
    const hits = await list(limit);
    ranked = rankResources(hits);
    if (ranked.length >= DEPTH || hits.length < limit) break;
  }
  return ranked.slice(0, DEPTH);
}

async function readHits({ db }: SearchContext, actor: Actor, page: readonly FusedResource[]): Promise<FoundHit[]> {
  const ids = page.map((hit) => hit.resourceId);
  const resources = new Map((await findResources(db, actor.userId, ids)).map((found) => [found.id, found]));
  const seqs = page.map((hit) => hit.seq);
  const chunks = new Map((await findChunks(db, actor.userId, seqs)).map((found) => [found.seq, found]));
  return page.flatMap(({ resourceId, seq, ...ranks }) => {
    const resource = resources.get(resourceId);
    const chunk = chunks.get(seq);
    if (!resource || !chunk) return []; // deleted since the search
    const { id, position, headingPath, charStart, charEnd, pageStart, pageEnd } = chunk;
    return {
      resourceId,
      title: resource.title ?? resource.url ?? 'Untitled',
      passage: chunk.text,
      ...ranks,
      chunk: { id, position, headingPath, charStart, charEnd, pageStart, pageEnd },
    };
  });
}

const isOffset = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 2 * DEPTH;

function toBody({ query, mode, tookMs, degraded, hits, nextCursor }: Found) {
  return {
    query,
    mode,
    took_ms: tookMs,
    ...(degraded ? { degraded: true as const } : {}),
    hits: hits.map(toHitBody),
    ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
  };
}

function toHitBody({ resourceId, title, passage, score, semanticRank, keywordRank, chunk }: FoundHit) {
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
