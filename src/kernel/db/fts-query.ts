/** Turns a person's search into an FTS5 query in which no character can act as syntax. */

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

const quote = (term: string) => `"${term.replaceAll('"', '""')}"`;

/** An FTS5 MATCH expression for any of the terms in one owner's chunks; undefined if the query has no term. */
export function matchExpression(query: string, ownerId: string): string | undefined {
  const terms = queryTerms(query);
  if (terms.length === 0) return undefined;
  return `{context text} : (${terms.map(quote).join(' OR ')}) AND owner : ${quote(ownerWord(ownerId))}`;
}

/** The owner's id as the index stores it; the migration of `chunks_fts` writes the same form. */
const ownerWord = (ownerId: string) => `o${ownerId.replaceAll('-', '')}z`;
