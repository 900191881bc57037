/** A hit as it is answered. */
import { present } from '../../../src/kernel/core/present.ts';
import { hitFieldsOf } from '../../../src/kernel/search/hit-fields.ts';
import type { SearchChunk, SearchHit, SearchPassage } from '../../../src/kernel/search/search-request.ts';
import { highlightsOf } from './highlights.ts';
import type { HitChunk, HitRows } from './hit-rows.ts';
import type { Reasons } from './reasons.ts';

export interface ChosenHit {
  readonly id: string;
  readonly score: number;
  readonly seqs: readonly number[];
  readonly reasons: Reasons;
}

/** Undefined for a hit that was deleted since, or read anew. */
export function toHit(
  { id, score, seqs, reasons }: ChosenHit,
  { resources, chunks }: HitRows,
  terms: ReadonlySet<string>,
): SearchHit | undefined {
  const resource = resources.get(id);
  const passages = seqs.flatMap((seq): SearchPassage[] => {
    const chunk = chunks.get(seq);
    if (!resource || chunk?.resourceId !== id) return [];
    return [{ text: chunk.text, highlights: highlightsOf(chunk.text, resource.language, terms), chunk: toChunk(chunk) }];
  });
  const [first] = passages;
  if (!resource || !first) return undefined;
  const title = resource.title ?? resource.url ?? 'Untitled';
  return {
    resource_id: id,
    title,
    title_highlights: highlightsOf(title, resource.language, terms),
    ...present({ url: resource.url }),
    ...hitFieldsOf(resource),
    score,
    why: { words: reasons.words, meaning: reasons.meaning },
    ...present({ semantic_rank: reasons.semanticRank, keyword_rank: reasons.keywordRank }),
    passages,
    passage: first.text,
    chunk: first.chunk,
  };
}

function toChunk({ id, position, headingPath, charStart, charEnd, pageStart, pageEnd }: HitChunk): SearchChunk {
  return {
    id,
    position,
    heading_path: headingPath,
    char_start: charStart,
    char_end: charEnd,
    ...(pageStart === null ? {} : { page_start: pageStart }),
    ...(pageEnd === null ? {} : { page_end: pageEnd }),
  };
}
