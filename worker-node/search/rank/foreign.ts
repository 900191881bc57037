/** Documents in languages that the model does not know: their cosines say less. */
import type { LibraryIndex } from '../index/library-index.ts';
import type { DocumentScores } from './document-scores.ts';
import { selectBest } from './select-best.ts';

/** By document slot: 1 where the document is in a language that the model does not know. Null where none is. */
export type Foreign = Uint8Array | null;

/** `known` are ISO 639-1 codes; null: any. A document whose language is not known counts as one of them. */
export function foreignDocuments(index: LibraryIndex, known: readonly string[] | null): Foreign {
  if (known === null) return null;
  const unknown = index.languages.filter((language) => !known.includes(language.replace(/-.*/, '')));
  if (unknown.length === 0) return null;
  const selection = index.select({ language: unknown }, (category) => [category]);
  if (selection === null) return null;
  const { failures } = selection;
  for (let slot = 0; slot < failures.length; slot++) failures[slot] = failures[slot] === 0 ? 1 : 0;
  return failures;
}

/** Documents whose languages are taken for the question's. */
const LIKELY = 5;

/** Whether a question is in such a language: most of the documents are that hold its words best. */
export function isForeignQuestion(documents: Uint32Array, { scores }: DocumentScores, foreign: Foreign): boolean {
  if (foreign === null) return false;
  const holding = documents.filter((slot) => (scores[slot] as number) > 0);
  const best = selectBest(holding, LIKELY, (a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  return 2 * best.filter((slot) => foreign[slot] === 1).length > best.length;
}
