/** What a request asks of a library: a question as typed, or what is like a text or a document. */
import { AppError } from '../../../src/kernel/core/errors.ts';
import { parseSearchQuery } from '../../../src/kernel/search/search-query.ts';
import type { SearchRequest } from '../../../src/kernel/search/search-request.ts';
import type { LibraryIndex } from '../index/library-index.ts';
import type { ReadHits } from './hit-rows.ts';
import { type Question, readQuestion } from './question.ts';
import { distinctiveWords, readDocument, similarText, vectorOfDocument } from './similar-question.ts';

export interface AskedQuestion {
  readonly question: Question;
  readonly vector: Float32Array | null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether `similar_to` names a resource; else it is a text. */
const isDocument = (similarTo: string | undefined): similarTo is string => similarTo !== undefined && UUID.test(similarTo);

/** What is embedded for a request; empty where it has no text for that, or names a resource, whose vectors are known. */
export function textToEmbed({ q, similar_to: similarTo, mode }: Pick<SearchRequest, 'q' | 'similar_to' | 'mode'>): string {
  if (mode === 'keyword' || isDocument(similarTo)) return '';
  return (similarTo ?? parseSearchQuery(q ?? '').text).trim();
}

/** `vector` is that of `textToEmbed`. Throws `not_found` for a resource that the index does not hold. */
export async function askedQuestion(
  index: LibraryIndex,
  readHits: ReadHits,
  request: SearchRequest,
  vector: Float32Array | null,
): Promise<AskedQuestion> {
  const { similar_to: similarTo, filters } = request;
  if (similarTo === undefined) return { question: readQuestion(index, request), vector };
  const rest = { phrases: [], excluded: [], filters };
  if (!isDocument(similarTo)) {
    return { question: { ...similarText(index, similarTo), ...rest }, vector };
  }
  const id = similarTo.toLowerCase();
  const text = await readDocument(index, readHits, id);
  const slot = index.slotOf(id);
  if (text === undefined || slot === undefined)
    throw new AppError('not_found', 'similar_to names no resource that can be searched');
  const words = distinctiveWords(index, text);
  return { question: { text: '', ...words, ...rest, except: id }, vector: vectorOfDocument(index, slot) };
}
