/** What a person who is typing may mean: titles that hold the words so far, and words of the library that the last one begins. */
import type { SuggestAnswer, SuggestRequest } from '../../../src/kernel/search/search-request.ts';
import { analyse, analyseQuestion } from '../analysis/analyse.ts';
import type { LibraryIndex, TermGroup } from '../index/library-index.ts';
import { compareIds, documentsByWords } from '../rank/document-scores.ts';
import { selectBest } from '../rank/select-best.ts';

/** Words that the last one may be the beginning of. */
const MAX_COMPLETIONS = 100;
/** Documents whose titles are compared with the words. */
const MAX_CANDIDATES = 500;
const MAX_WORDS = 16;

export function suggest(index: LibraryIndex, { q, limit }: Pick<SuggestRequest, 'q' | 'limit'>): SuggestAnswer {
  const typed = analyseQuestion(q, index.languages).filter(({ part }) => !part);
  const last = typed.at(-1);
  if (!last) return { titles: [], words: [] };
  const completions = last.end === q.trimEnd().length ? index.vocabulary.complete(last.folded, MAX_COMPLETIONS) : [];
  const groups = typed.slice(-MAX_WORDS).map((token): TermGroup => {
    const terms = [token.term, ...token.alternatives, ...(token === last ? completions.map(({ term }) => term) : [])];
    return { terms: [...new Set(terms)].map((term) => ({ term })) };
  });
  return { titles: titlesWith(index, groups, limit), words: completions.slice(0, limit).map(({ word }) => word) };
}

/** Titles that hold each of the words, the best match first. */
function titlesWith(index: LibraryIndex, groups: readonly TermGroup[], limit: number): SuggestAnswer['titles'] {
  const { scores } = documentsByWords(
    index,
    index.words(groups),
    groups.map(() => 1),
  );
  const holding: number[] = [];
  for (const [document, score] of scores.entries()) if (score > 0) holding.push(document);
  const byScore = (a: number, b: number) => (scores[b] as number) - (scores[a] as number) || compareIds(index, a, b);
  const titles: { resource_id: string; title: string }[] = [];
  for (const document of selectBest(holding, MAX_CANDIDATES, byScore)) {
    if (titles.length >= limit) break;
    const { title, language } = index.attributesOf(document);
    if (title === null) continue;
    const held = new Set(analyse(title, language).map(({ term }) => term));
    if (groups.every(({ terms }) => terms.some(({ term }) => held.has(term)))) {
      titles.push({ resource_id: index.idOf(document), title });
    }
  }
  return titles;
}
