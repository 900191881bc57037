/** Documents in languages that the model does not know: their cosines say less, and hardly anything in another script. */
import type { LibraryIndex } from '../index/library-index.ts';
import type { DocumentScores } from './document-scores.ts';
import { selectHighest } from './select-highest.ts';

/** How far a model is from a text: it knows the language; not it but its letters; neither, so that it reads single letters. */
export const KNOWN = 0;
export const OTHER_LANGUAGE = 1;
export const OTHER_SCRIPT = 2;

/** By document slot. Null where the model knows the languages of all. */
export type Foreign = Uint8Array | null;

interface Told {
  readonly known: readonly string[];
  readonly foreign: Foreign;
}

/** What was told of a library's documents, until they change. */
const toldOf = new WeakMap<LibraryIndex['liveDocuments'], Told>();

/**
 * `known` are ISO 639-1 codes; null: any. A document whose language is not known counts as one of them. The array is shared by
 * questions of the same documents and codes.
 */
export function foreignDocuments(index: LibraryIndex, known: readonly string[] | null): Foreign {
  if (known === null) return null;
  const told = toldOf.get(index.liveDocuments);
  if (told?.known === known) return told.foreign;
  const foreign = tellForeign(index, known);
  toldOf.set(index.liveDocuments, { known, foreign });
  return foreign;
}

function tellForeign(index: LibraryIndex, known: readonly string[]): Foreign {
  const unknown = index.languages.filter((language) => !known.includes(language.replace(/-.*/, '')));
  const selection = unknown.length === 0 ? null : index.select({ language: unknown }, (category) => [category]);
  if (selection === null) return null;
  const scripts = new Set(known.map(scriptOfLanguage));
  const unread = unknown.filter((language) => !scripts.has(scriptOfLanguage(language)));
  const unreadFailures =
    unread.length === 0 ? null : (index.select({ language: unread }, (category) => [category])?.failures ?? null);
  const { failures } = selection;
  for (let slot = 0; slot < failures.length; slot++) {
    if (failures[slot] !== 0) failures[slot] = KNOWN;
    else failures[slot] = unreadFailures !== null && unreadFailures[slot] === 0 ? OTHER_SCRIPT : OTHER_LANGUAGE;
  }
  return failures;
}

/** ISO 15924, as `Cyrl` for `ru`; Latin for a tag that says nothing of it. */
function scriptOfLanguage(language: string): string {
  try {
    return new Intl.Locale(language).maximize().script ?? LATIN;
  } catch {
    return LATIN;
  }
}

const LATIN = 'Latn';

/** Documents whose languages are taken for the question's. */
const LIKELY = 5;

/** How far the model is from the question: as it is from most of the documents that hold its words best. */
export function foreignnessOfQuestion(documents: Uint32Array, { scores }: DocumentScores, foreign: Foreign): number {
  if (foreign === null) return KNOWN;
  const best = selectHighest(documents, LIKELY, scores, (a, b) => a - b).filter((slot) => (scores[slot] as number) > 0);
  const atLeast = (least: number) => 2 * best.filter((slot) => (foreign[slot] as number) >= least).length > best.length;
  if (atLeast(OTHER_SCRIPT)) return OTHER_SCRIPT;
  return atLeast(OTHER_LANGUAGE) ? OTHER_LANGUAGE : KNOWN;
}
