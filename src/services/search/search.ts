/** Searches the actor's resources by vector, by keyword or by both. */

import { AppError } from '../../kernel/core/errors.ts';
import { decodeCursor, encodeCursor } from '../../kernel/core/pagination.ts';
import type { ChunkFilter, ChunkHit } from '../../kernel/db/chunk-index.ts';
import { findChunks } from '../../kernel/db/chunks.ts';
import { findResources } from '../../kernel/db/resources.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { requireScope } from '../require-scope.ts';
import { type FusedResource, fuse, type RankedResource, rankResources } from './fusion.ts';

export const SEARCH_MODES = ['hybrid', 'semantic', 'keyword'] as const;
export type SearchMode = (typeof SEARCH_MODES)[number];

/** Resources ranked per list, independent of the page, so that consecutive pages neither overlap nor leave gaps. */
const DEPTH = 200;
/** Chunks read to find that many resources; one resource may have many of the best chunks. */
const CHUNK_STEPS = [400, 1_600, 6_400];

export interface SearchInput {
  readonly query: string;
  readonly mode: SearchMode;
  readonly filter?: Omit<ChunkFilter, 'ownerId'>;
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly signal?: AbortSignal;
}

export interface SearchHit {
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

export interface SearchResult {
  readonly query: string;
  readonly mode: SearchMode;
  readonly tookMs: number;
  /** True if vector search was requested but unavailable, so that the hits come from keyword search. */
  readonly degraded: boolean;
  readonly hits: readonly SearchHit[];
  readonly nextCursor?: string;
}

export type SearchContext = Pick<AppContext, 'db' | 'chunkIndex' | 'queryEmbedder' | 'clock' | 'log'>;

/** Returns one hit per resource, with its best passage. By mode, `score` is the cosine, a BM25 weight or the fused rank. */
export async function search(context: SearchContext, actor: Actor, input: SearchInput): Promise<SearchResult> {
  requireScope(actor, 'search');
  const started = context.clock.monotonic();
  const offset = input.cursor === undefined ? 0 : decodeCursor(input.cursor, isOffset);
  const { ranked, degraded } = await rank(context, { ...input.filter, ownerId: actor.userId }, input);
  const page = ranked.slice(offset, offset + input.limit);
  const hits = await present(context, actor, page);
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

async function rank(
  context: SearchContext,
  filter: ChunkFilter,
  input: SearchInput,
): Promise<{ ranked: FusedResource[]; degraded: boolean }> {
  const { query, mode } = input;
  const byKeyword = () => rankDeep((limit) => context.chunkIndex.keyword(query, filter, limit));
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

async function present({ db }: SearchContext, actor: Actor, page: readonly FusedResource[]): Promise<SearchHit[]> {
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
