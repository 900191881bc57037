/** Search by meaning, by word or by both, in the actor's own library. */

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

/** How many resources of each list are ranked, whatever the page: so that pages fit together. */
const DEPTH = 200;
/** Chunks read to find them; a resource with many good chunks fills more of the list than one. */
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
  /** True where meaning was asked for and could not be had: the hits were found by their words. */
  readonly degraded: boolean;
  readonly hits: readonly SearchHit[];
  readonly nextCursor?: string;
}

export type SearchContext = Pick<AppContext, 'db' | 'chunkIndex' | 'queryEmbedder' | 'clock' | 'log'>;

/** One hit per resource, with its best passage. `score` is the cosine, a BM25 weight or the fused rank, as the mode says. */
export async function search(services: SearchContext, actor: Actor, input: SearchInput): Promise<SearchResult> {
  requireScope(actor, 'search');
  const started = services.clock.now();
  const offset = input.cursor === undefined ? 0 : decodeCursor(input.cursor, isOffset);
  const { ranked, degraded } = await rank(services, { ...input.filter, ownerId: actor.userId }, input);
  const page = ranked.slice(offset, offset + input.limit);
  const hits = await present(services, actor, page);
  const next = offset + input.limit;
  return {
    query: input.query,
    mode: input.mode,
    tookMs: services.clock.now() - started,
    degraded,
    hits,
    ...(ranked.length > next ? { nextCursor: encodeCursor(next) } : {}),
  };
}

async function rank(
  services: SearchContext,
  filter: ChunkFilter,
  input: SearchInput,
): Promise<{ ranked: FusedResource[]; degraded: boolean }> {
  const { query, mode } = input;
  const byWord = () => deepen((limit) => services.chunkIndex.keyword(query, filter, limit));
  if (mode === 'keyword') return { ranked: (await byWord()).map(asKeyword), degraded: false };
  const embedded = await embed(services, input);
  if (!embedded) return { ranked: (await byWord()).map(asKeyword), degraded: true };
  const byMeaning = await deepen((limit) => services.chunkIndex.nearest(embedded.vector, embedded.model, filter, limit));
  const semantic = byMeaning.filter((hit) => hit.score > 0);
  if (mode === 'semantic') return { ranked: semantic.map(asSemantic), degraded: false };
  return { ranked: fuse(semantic, await byWord()), degraded: false };
}

const asKeyword = ({ rank, ...hit }: RankedResource): FusedResource => ({ ...hit, keywordRank: rank });
const asSemantic = ({ rank, ...hit }: RankedResource): FusedResource => ({ ...hit, semanticRank: rank });

/** The query's vector; undefined where the worker that makes them cannot be had. */
async function embed({ queryEmbedder, log }: SearchContext, { query, signal }: SearchInput) {
  try {
    return await queryEmbedder.embed(query, signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
    log.warning('search by keyword only', { error });
    return undefined;
  }
}

/** Reads deeper until the list holds enough resources or has ended. */
async function deepen(list: (limit: number) => Promise<ChunkHit[]>): Promise<RankedResource[]> {
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
    if (!resource || !chunk) return []; // deleted between the two queries
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
