/** Turns a person's search into an FTS5 query in which no character can act as syntax. */

import type { ChunkQuestion } from './chunk-index.ts';

/** A longer query is a document; its first terms are enough to search by. */
const MAX_TERMS = 64;

/** Function words, which are left out if other terms remain. */
const FUNCTION_WORDS = new Set(
  `a about am an and are as at be been but by can could did do does for from had has have how i if in into is it its me my no not of
  on or our should so than that the their them then there these they this those to was we were what when where which who whom why
  will with would you your`.split(/\s+/),
);

/**
 * The words and `"quoted phrases"` of a query, in order, without repetition. Punctuation alone is not a term, and function
 * words are terms only if there are no others.
 */
export function queryTerms(query: string): string[] {
  const terms = new Map<string, string>();
  // SQLite's parser ends a string at NUL, and a lone surrogate cannot be encoded as UTF-8.
  const readable = query.replaceAll('\0', ' ').toWellFormed();
  for (const [, phrase, word] of readable.matchAll(/"([^"]*)"|([^\s"]+)/g)) {
    const term = (phrase ?? word ?? '').trim();
    if (/[\p{L}\p{N}\p{Co}]/u.test(term)) terms.set(term.toLowerCase(), term);
  }
  const all = [...terms];
  const contentWords = all.filter(([key]) => !FUNCTION_WORDS.has(withoutEdges(key)));
  return (contentWords.length > 0 ? contentWords : all).slice(0, MAX_TERMS).map(([, term]) => term);
}

/** From the first letter to the last. */
const withoutEdges = (term: string) => /\p{L}(?:.*\p{L})?/su.exec(term)?.[0] ?? '';

const isFunctionWord = (word: string) => FUNCTION_WORDS.has(withoutEdges(word.toLowerCase()));

/** Whether PostgreSQL's parser may have no token for the term where it stands in a text: a function word, a number with signs. */
export const isUnlikeAWord = (term: string): boolean =>
  term.split(/\s+/).every(isFunctionWord) || (/\p{N}/u.test(term) && /[^\p{L}\p{N}\s]/u.test(term));

/** A question as quoted terms, which no engine reads as syntax. */
export interface QuestionTerms {
  readonly words: readonly string[];
  readonly phrases: readonly string[];
  readonly excluded: readonly string[];
  /** The beginning of a word, beside `words`. */
  readonly prefix: string | undefined;
}

/** Undefined for a question that asks for no word. */
export function questionTerms({ text, phrases = [], excluded = [], prefix = false }: ChunkQuestion): QuestionTerms | undefined {
  const words = queryTerms(text);
  const last = prefix ? text.split(/[^\p{L}\p{N}]+/u).at(-1) || undefined : undefined;
  const asked = phrases.flatMap(phraseTerm);
  if (words.length + asked.length === 0) return undefined;
  return { words, phrases: asked.slice(0, MAX_TERMS), excluded: excluded.flatMap(phraseTerm).slice(0, MAX_TERMS), prefix: last };
}

/** The phrase if it has a word. */
function phraseTerm(phrase: string): string[] {
  const term = phrase.replaceAll('\0', ' ').toWellFormed().replaceAll('"', ' ').trim();
  return /[\p{L}\p{N}\p{Co}]/u.test(term) ? [term] : [];
}

const quote = (term: string) => `"${term.replaceAll('"', '""')}"`;

/** An FTS5 MATCH expression for the question in one owner's chunks; undefined if it asks for no word. */
export function matchExpression(question: ChunkQuestion, ownerId: string): string | undefined {
  const terms = questionTerms(question);
  if (!terms) return undefined;
  const { words, phrases, excluded, prefix } = terms;
  const any = [...phrases, ...words].map(quote).concat(prefix === undefined ? [] : [`${quote(prefix)} *`]);
  const all = [...phrases.map(quote), `(${any.join(' OR ')})`].join(' AND ');
  const wanted = `{context text} : (${all}) AND owner : ${quote(ownerWord(ownerId))}`;
  return excluded.length === 0 ? wanted : `(${wanted}) NOT {context text} : (${excluded.map(quote).join(' OR ')})`;
}

/** The owner's id as the index stores it; the migration of `chunks_fts` writes the same form. */
const ownerWord = (ownerId: string) => `o${ownerId.replaceAll('-', '')}z`;
