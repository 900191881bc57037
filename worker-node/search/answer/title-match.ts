/** Questions that are the title of a document. */
import { analyse, analyseQuestion } from '../analysis/analyse.ts';
import type { LibraryIndex, TermGroup } from '../index/library-index.ts';

/** Whether the title has each word of the question, and no other that counts. */
export function isTitle(index: LibraryIndex, groups: readonly TermGroup[], document: number): boolean {
  const { title, language } = index.attributesOf(document);
  if (title === null || groups.length === 0) return false;
  const held = new Set(analyse(title, language).map(({ term }) => term));
  // Most titles lack a word of the question.
  if (!groups.every(({ terms }) => terms.some(({ term }) => held.has(term)))) return false;
  const asked = new Set(groups.flatMap(({ terms }) => terms.map(({ term }) => term)));
  const words = analyseQuestion(title, index.languages).filter(({ stop, part }) => !stop && !part);
  return words.every(({ term, alternatives }) => [term, ...alternatives].some((one) => asked.has(one)));
}
