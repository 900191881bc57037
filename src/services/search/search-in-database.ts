/** Hits from the database in the shape of a search: by words while no worker answers, by meaning too for libraries beyond its memory. */
import { decodeCursor, encodeCursor } from '../../kernel/core/pagination.ts';
import { present } from '../../kernel/core/present.ts';
import type { ChunkFilter, ChunkHit, ChunkQuestion } from '../../kernel/db/chunk-index.ts';
import { findChunks } from '../../kernel/db/chunks.ts';
import { findResource, findResources, type ResourceSummary } from '../../kernel/db/resources.ts';
import { titleKeyOf } from '../../kernel/model/title-key.ts';
import { hitFieldsOf } from '../../kernel/search/hit-fields.ts';
import { mergeFilters } from '../../kernel/search/merge-filters.ts';
import { parseSearchQuery } from '../../kernel/search/search-query.ts';
import type { SearchAnswer, SearchFilters, SearchHit, SearchRequest } from '../../kernel/search/search-request.ts';
import type { AppContext } from '../context.ts';
import { highlightsOf } from './highlights.ts';

type Context = Pick<AppContext, 'db' | 'chunkIndex' | 'clock'>;

/** Resources ranked, whatever the page, so that consecutive pages neither overlap nor leave gaps. */
const DEPTH = 200;
/** Chunks read to find that many resources; one resource may have many of the best chunks. */
const CHUNK_STEPS = [400, 1_600];
const PASSAGES = 3;

interface Ranked {
  readonly resourceId: string;
  readonly score: number;
  /** The best first. */
  readonly seqs: readonly number[];
  /** From 1, in the lists by words and by meaning. */
  readonly keywordRank?: number | undefined;
  readonly semanticRank?: number | undefined;
  readonly cosine?: number | undefined;
}

/** The question's vector, by the model that made it. */
export interface QuestionVector {
  readonly model: string;
  readonly vector: Float32Array;
}

/** Throws `invalid_input` for a cursor of another answer. */
export async function searchInDatabase(
  context: Context,
  request: SearchRequest,
  embedded: QuestionVector | null = null,
): Promise<SearchAnswer> {
  const { clock } = context;
  const started = clock.monotonic();
  const offset = request.cursor === undefined ? 0 : decodeCursor(request.cursor, isDatabaseCursor)[1];
  const { question, filters, except } = await questionOf(context, request);
  const filter = { ...filters, ownerId: request.owner_id };
  const byWords = await rank((limit) => context.chunkIndex.keyword(question, filter, limit), except);
  const words = clock.monotonic();
  const byMeaning = await rankByMeaning(context, request, { question, filter, except, embedded });
  const ranked = byMeaning ? fuse(request.mode === 'semantic' ? [] : byWords, byMeaning) : byWords.map(toWordRanked);
  const meaning = clock.monotonic();
  const { page, resources } = await readPage(context, request, ranked, offset);
  const hits = await readHits(context, request, page, { question, resources });
  const next = offset + request.limit;
  const done = clock.monotonic();
  return {
    query: request.q ?? request.similar_to ?? '',
    mode: request.mode,
    took_ms: Math.round(done - started),
    timing: { embed: 0, words: words - started, meaning: meaning - words, read: done - meaning },
    total: ranked.length,
    degraded: true,
    hits,
    ...(ranked.length > next ? { next_cursor: encodeCursor(['database', next]) } : {}),
  };
}

/** A resource to be similar to is asked for by its title and keywords. */
async function questionOf({ db }: Context, { owner_id: ownerId, q, similar_to: like, prefix, filters }: SearchRequest) {
  if (q !== undefined) {
    const { text, phrases, excluded, filters: typed } = parseSearchQuery(q);
    const question: ChunkQuestion = { text, phrases, excluded, prefix };
    return { question, filters: mergeFilters(filters, typed), except: undefined };
  }
  const resource = await findResource(db, { id: like ?? '', ownerId });
  const text = resource ? [resource.title, ...resource.keywords].join(' ') : (like ?? '');
  return { question: { text } satisfies ChunkQuestion as ChunkQuestion, filters: filters as SearchFilters, except: resource?.id };
}

/** Reads more chunks until they hold enough resources or the list ends. */
async function rank(list: (limit: number) => Promise<ChunkHit[]>, except: string | undefined): Promise<Ranked[]> {
  const byResource = new Map<string, { resourceId: string; score: number; seqs: number[] }>();
  for (const limit of CHUNK_STEPS) {
    byResource.clear();
    const hits = await list(limit);
    for (const { resourceId, seq, score } of hits) {
      const known = byResource.get(resourceId);
      if (!known) byResource.set(resourceId, { resourceId, score, seqs: [seq] });
      else if (known.seqs.length < PASSAGES) known.seqs.push(seq);
    }
    if (byResource.size >= DEPTH || hits.length < limit) break;
  }
  if (except !== undefined) byResource.delete(except);
  return [...byResource.values()].slice(0, DEPTH);
}

interface Meant {
  readonly question: ChunkQuestion;
  readonly filter: ChunkFilter;
  readonly except: string | undefined;
  readonly embedded: QuestionVector | null;
}

/** Undefined for a search by words, and for phrases and excluded words, which vectors cannot hold to. */
async function rankByMeaning({ chunkIndex }: Context, { mode }: SearchRequest, { question, filter, except, embedded }: Meant) {
  const { phrases = [], excluded = [] } = question;
  if (!embedded || mode === 'keyword' || phrases.length + excluded.length > 0) return undefined;
  const { vector, model } = embedded;
  return await rank((limit) => chunkIndex.nearest(vector, model, filter, limit), except);
}

/** The constant of reciprocal rank fusion, and the score of a resource that is the first in both lists. */
const RANK_CONSTANT = 60;
const BEST = 2 / (RANK_CONSTANT + 1);

/** Both lists by the sum of their reciprocal ranks. */
function fuse(byWords: readonly Ranked[], byMeaning: readonly Ranked[]): Ranked[] {
  const meant = new Map(byMeaning.map((hit, index) => [hit.resourceId, { ...hit, semanticRank: index + 1 }]));
  const said = new Map(byWords.map((hit, index) => [hit.resourceId, toWordRanked(hit, index)]));
  const share = (rank: number | undefined) => (rank === undefined ? 0 : 1 / (RANK_CONSTANT + rank) / BEST);
  const ids = [...new Set([...said.keys(), ...meant.keys()])];
  return ids
    .map((resourceId) => {
      const [words, meaning] = [said.get(resourceId), meant.get(resourceId)];
      const seqs = [...new Set([...(meaning?.seqs.slice(0, 1) ?? []), ...(words?.seqs ?? []), ...(meaning?.seqs ?? [])])];
      return {
        ...{ resourceId, keywordRank: words?.keywordRank, semanticRank: meaning?.semanticRank, cosine: meaning?.score },
        score: share(words?.keywordRank) + share(meaning?.semanticRank),
        seqs: seqs.slice(0, PASSAGES),
      };
    })
    .sort((a, b) => b.score - a.score || (a.resourceId < b.resourceId ? -1 : 1))
    .slice(0, DEPTH);
}

const toWordRanked = (hit: Ranked, index: number): Ranked => ({ ...hit, keywordRank: index + 1 });

async function readPage(
  { db }: Context,
  { owner_id: ownerId, sort, limit }: SearchRequest,
  ranked: readonly Ranked[],
  offset: number,
) {
  const listed = sort === 'relevance' ? ranked.slice(offset, offset + limit) : ranked;
  const ids = listed.map(({ resourceId }) => resourceId);
  const resources = new Map((await findResources(db, ownerId, ids)).map((found) => [found.id, found]));
  if (sort === 'relevance') return { page: listed, resources };
  const page = listed.filter(({ resourceId }) => resources.has(resourceId)).sort(bySort(sort, resources));
  return { page: page.slice(offset, offset + limit), resources };
}

function bySort(sort: 'date' | 'title', resources: ReadonlyMap<string, ResourceSummary>) {
  const keyOf = ({ resourceId }: Ranked) => {
    const { createdAt = 0, title = null } = resources.get(resourceId) ?? {};
    return sort === 'date' ? -createdAt : titleKeyOf(title ?? '');
  };
  return (a: Ranked, b: Ranked) => {
    const [keyA, keyB] = [keyOf(a), keyOf(b)];
    if (keyA === keyB) return a.resourceId < b.resourceId ? -1 : 1;
    return keyA < keyB ? -1 : 1;
  };
}

interface Found {
  readonly question: ChunkQuestion;
  readonly resources: ReadonlyMap<string, ResourceSummary>;
}

async function readHits(
  { db }: Context,
  { owner_id: ownerId }: SearchRequest,
  page: readonly Ranked[],
  { question, resources }: Found,
): Promise<SearchHit[]> {
  const seqs = page.flatMap((hit) => hit.seqs);
  const chunks = new Map((await findChunks(db, ownerId, seqs)).map((found) => [found.seq, found]));
  return page.flatMap(({ resourceId, score, seqs: own, keywordRank, semanticRank, cosine = 0 }) => {
    const resource = resources.get(resourceId);
    const words = new Set<string>();
    const passages = own.flatMap((seq) => {
      const chunk = chunks.get(seq);
      if (!chunk) return [];
      const { highlights, found } = highlightsOf(chunk.text, question);
      for (const word of found) words.add(word);
      const { id, position, headingPath, charStart, charEnd, pageStart, pageEnd } = chunk;
      const place = {
        ...{ id, position, heading_path: headingPath, char_start: charStart, char_end: charEnd },
        ...present({ page_start: pageStart, page_end: pageEnd }),
      };
      return [{ text: chunk.text, highlights, chunk: place }];
    });
    const [best] = passages;
    if (!resource || !best) return []; // deleted since the search
    const title = resource.title ?? resource.url ?? 'Untitled';
    return {
      resource_id: resourceId,
      title,
      title_highlights: highlightsOf(title, question).highlights,
      ...present({ url: resource.url }),
      ...hitFieldsOf(resource),
      // Ranks of databases have no upper bound; this keeps their order.
      score: score / (1 + score),
      why: { words: [...words], meaning: Math.max(0, cosine) },
      ...present({ keyword_rank: keywordRank, semantic_rank: semanticRank }),
      passages,
      passage: best.text,
      chunk: best.chunk,
    };
  });
}

type DatabaseCursor = ['database', offset: number];

const isDatabaseCursor = (value: unknown): value is DatabaseCursor =>
  Array.isArray(value) &&
  value.length === 2 &&
  value[0] === 'database' &&
  Number.isSafeInteger(value[1]) &&
  value[1] >= 0 &&
  value[1] <= 2 * DEPTH;
