/** From what a person typed to an FTS5 query, of which no character can be syntax. */

/** Beyond this a query is a document; the first terms say enough. */
const MAX_TERMS = 64;

/** Words that only hold a sentence together: they are left out where others remain. */
const FUNCTION_WORDS = new Set(
  `a about am an and are as at be been but by can could did do does for from had has have how i if in into is it its me my no not of
  on or our should so than that the their them then there these they this those to was we were what when where which who whom why
  will with would you your`.split(/\s+/),
);

/**
 * The words and `"quoted phrases"` of a query, in order, without repetition. Punctuation alone is no term,
 * and neither is a function word standing among others.
 */
export function queryTerms(query: string): string[] {
  const terms = new Map<string, string>();
  // NUL ends a string in SQLite's parser, and half a surrogate pair cannot be written as UTF-8.
  const readable = query.replaceAll('\0', ' ').toWellFormed();
  for (const [, phrase, word] of readable.matchAll(/"([^"]*)"|([^\s"]+)/g)) {
    const term = (phrase ?? word ?? '').trim();
    if (/[\p{L}\p{N}\p{Co}]/u.test(term)) terms.set(term.toLowerCase(), term);
  }
  const all = [...terms];
  const telling = all.filter(([key]) => !FUNCTION_WORDS.has(key.replace(/^\P{L}+|\P{L}+$/gu, '')));
  return (telling.length > 0 ? telling : all).slice(0, MAX_TERMS).map(([, term]) => term);
}

const quote = (term: string) => `"${term.replaceAll('"', '""')}"`;

/** A MATCH expression for any of the terms within one owner's chunks; undefined where the query holds no term. */
export function matchExpression(query: string, ownerId: string): string | undefined {
  const terms = queryTerms(query);
  if (terms.length === 0) return undefined;
  return `{context text} : (${terms.map(quote).join(' OR ')}) AND owner : ${quote(ownerWord(ownerId))}`;
}

/** The owner as the index holds it: see the migration that made it. */
const ownerWord = (ownerId: string) => `o${ownerId.replaceAll('-', '')}z`;
