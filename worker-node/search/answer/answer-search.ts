/** Answers a search of one library: hits with passages and reasons, facets, corrections and a cursor. */
import type { Clock } from '../../../src/kernel/core/ports.ts';
import { present } from '../../../src/kernel/core/present.ts';
import type { SearchAnswer, SearchMode, SearchRequest } from '../../../src/kernel/search/search-request.ts';
import type { LibraryIndex } from '../index/library-index.ts';
import { rankingSettingsOf } from '../rank/ranking-settings.ts';
import type { ScoreBuffers } from '../rank/score-buffers.ts';
import { askedQuestion } from './asked-question.ts';
import { decodeSearchCursor, encodeSearchCursor, hash32 } from './cursor.ts';
import { type ChosenHit, toHit } from './hit-body.ts';
import type { HitRows, ReadHits, ReadVectors } from './hit-rows.ts';
import { listHits, type PageRequest, pageOf } from './pages.ts';
import { passagesOf } from './passages.ts';
import { type Candidate, RANKED_AGAIN, rankAgain } from './rank-again.ts';
import type { RankedLists } from './ranked-lists.ts';
import { type Reasons, reasonsOf } from './reasons.ts';
import { type ScoredLibrary, scoreLibrary } from './score-library.ts';

export interface SearchedModel {
  readonly id: string;
  /** ISO 639-1 codes of the languages that it knows; null: any. */
  readonly languages: readonly string[] | null;
}

export interface AnswerDependencies {
  readonly index: LibraryIndex;
  /** The version of the library that the index holds now. */
  readonly version: () => number;
  /** Of the index's vectors; null while there are none. */
  readonly model: SearchedModel | null;
  readonly readHits: ReadHits;
  /** By the model of the index. */
  readonly readVectors: ReadVectors;
  /** A category and those below it. */
  readonly subtree: (category: string) => readonly string[];
  /** Embeds a question whose spelling was corrected. Without it the vector of the question as typed is used. */
  readonly embed?: ((text: string) => Promise<Float32Array | null>) | undefined;
  readonly lists: RankedLists;
  readonly buffers: ScoreBuffers;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/**
 * `vector` is that of `textToEmbed`; null where the question has no text, or where the model cannot be asked: words answer then.
 * Throws `invalid_input` for a cursor of another question, and `not_found` for a resource that the index does not hold.
 */
export async function answerSearch(
  { index, version, model, readHits, readVectors, subtree, embed, lists, buffers, clock }: AnswerDependencies,
  request: SearchRequest,
  vector: Float32Array | null,
): Promise<SearchAnswer> {
  const started = clock.monotonic();
  const { mode, sort, limit, filters: _, ...asked } = request;
  const questionKey = hash32(JSON.stringify([request.q, request.similar_to, mode, request.prefix, sort, request.filters]));
  const cursor = asked.cursor === undefined ? undefined : decodeSearchCursor(asked.cursor, questionKey);
  const said = await askedQuestion(index, readHits, request, vector);
  const { question } = said;
  let questionVector = mode === 'keyword' ? null : said.vector;
  let embedding = 0;
  if (questionVector !== null && question.corrected && embed) {
    const from = clock.monotonic();
    questionVector = (await embed(question.text)) ?? questionVector;
    embedding = clock.monotonic() - from;
  }

  // Nothing is awaited from here until vectors are read: slots are valid as long as the index stays as it is.
  const settings = rankingSettingsOf(model?.id ?? '');
  const monotonic = () => clock.monotonic();
  const scored = scoreLibrary(index, question, {
    ...{ mode, settings, vector: questionVector, monotonic, buffers },
    modelLanguages: model?.languages ?? null,
  });
  const { vector: near } = scored;
  const selection = index.select(question.filters, subtree);
  const hits = selection === null ? scored.found : passing(scored.found, selection.failures, buffers);
  const key = { owner: request.owner_id, version: version(), question: questionKey };
  const again = near !== null && sort === 'relevance' ? RANKED_AGAIN : 0;
  const paging: PageRequest = { sort, limit, cursor, lists, key, again };
  const listing = listHits(index, scored, hits, paging);
  const candidates = listing.hits
    .slice(0, listing.again)
    .map((hit, i): Candidate => ({ ...hit, full: scored.byFullVector(listing.slots[i] as number) }));
  const facets = index.facets(scored.found, selection);
  const weak = isWeak(scored, { hits, mode, documents: index.documents });
  const slots = listing.slots.filter((slot) => slot !== undefined);
  const reasons = reasonsOf(index, scored, { hits, page: slots, asked: question, floor: settings.floor });
  const details = new Map(
    slots.map((slot, i) => [index.idOf(slot), { seqs: passagesOf(index, scored, slot), reasons: reasons[i] as Reasons }]),
  );

  const reading = clock.monotonic();
  // Most of the page is what integers put on it: its rows are read beside the vectors.
  const first = listing.hits.slice(0, limit).flatMap(({ id }) => details.get(id)?.seqs ?? []);
  const [ranked, rows] = await Promise.all([near === null ? [] : rankAgain(candidates, near, readVectors), readHits(first)]);
  const page = pageOf(listing, ranked, paging);
  const isByMeaning = mode === 'semantic' && again > 0;
  const chosen = page.hits.flatMap(({ id, order, score }, i): ChosenHit[] => {
    const detail = details.get(id);
    if (detail === undefined) return [];
    const rank = (cursor?.position ?? 0) + i + 1;
    return [{ ...detail, id, score, reasons: isByMeaning ? byFullVector(detail.reasons, order, rank) : detail.reasons }];
  });
  const others = chosen.flatMap(({ seqs }) => seqs).filter((seq) => !first.includes(seq));
  const all = others.length === 0 ? rows : joined(rows, await readHits(others));
  const terms = new Set(question.groups.flatMap((group) => group.terms.map(({ term }) => term)));
  const found = chosen.flatMap((hit) => toHit(hit, all, terms) ?? []);
  const finished = clock.monotonic();
  return {
    query: request.q ?? request.similar_to ?? '',
    mode,
    took_ms: rounded(finished - started),
    timing: {
      embed: rounded(embedding),
      words: rounded(scored.milliseconds.words),
      meaning: rounded(scored.milliseconds.meaning),
      read: rounded(finished - reading),
    },
    total: listing.total,
    ...present({ corrected: question.corrected }),
    ...(mode !== 'keyword' && questionVector === null && question.text.trim() !== '' ? { degraded: true as const } : {}),
    ...(weak ? { weak: true as const } : {}),
    facets,
    hits: found,
    ...(page.end ? { next_cursor: encodeSearchCursor({ ...page.end, question: questionKey }) } : {}),
  };
}

/**
 * Best hits of most questions that have nothing to do with a library are less likely, and few of others. The best of many documents
 * is nearer to any question than the best of few: with ten times as many documents the limit rises by `tenfold`.
 */
const WEAK: Readonly<Record<SearchMode, { readonly least: number; readonly tenfold: number; readonly most: number }>> = {
  hybrid: { least: 0.08, tenfold: 0.04, most: 0.2 },
  semantic: { least: 0.04, tenfold: 0.01, most: 0.07 },
  keyword: { least: 0.2, tenfold: 0, most: 0.2 },
};

/** An answer that holds every word of the question in one passage is what was asked for, however little its meaning is known. */
function isWeak(
  { probability, order, holdsAll }: ScoredLibrary,
  { hits, mode, documents }: { readonly hits: Uint32Array; readonly mode: SearchMode; readonly documents: number },
): boolean {
  // A hit that is ordered before another is not less likely than it.
  let best = hits[0];
  if (best === undefined) return false;
  for (let at = 0; at < hits.length; at++) {
    const slot = hits[at] as number;
    if (mode !== 'semantic' && holdsAll[slot] === 1) return false;
    if ((order[slot] as number) > (order[best] as number)) best = slot;
  }
  const { least, tenfold, most } = WEAK[mode];
  return probability(best) < Math.min(most, least + tenfold * Math.log10(documents));
}

const joined = (a: HitRows, b: HitRows): HitRows => ({
  resources: new Map([...a.resources, ...b.resources]),
  chunks: new Map([...a.chunks, ...b.chunks]),
});

/** Of a hit that is ordered by its cosine, which full vectors have made exact. */
const byFullVector = (reasons: Reasons, cosine: number, rank: number): Reasons => ({
  ...reasons,
  meaning: Math.min(1, Math.max(0, cosine)),
  ...(reasons.semanticRank === undefined ? {} : { semanticRank: rank }),
});

/** The documents that the filters let pass. */
function passing(documents: Uint32Array, failures: Uint8Array, buffers: ScoreBuffers): Uint32Array {
  const slots = buffers.uint32('passing', documents.length);
  let count = 0;
  for (let at = 0; at < documents.length; at++) {
    const slot = documents[at] as number;
    if (failures[slot] === 0) slots[count++] = slot;
  }
  return slots.subarray(0, count);
}

const rounded = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;
