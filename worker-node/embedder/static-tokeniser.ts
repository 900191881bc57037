/**
 * The tokeniser of static models, specified in models/pharos-static-192/README.md ("Tokenising"): whole words, stems
 * without English endings, and hashed rows for words outside the vocabulary.
 */
import { splitEvenly, type Tokeniser, type Tokens, type Window } from './tokeniser.ts';

/** Rows after the vocabulary, shared by the words outside it. */
const HASH_ROWS = 4096;

const TOKEN = /[\p{L}\p{N}]+(?:['-][\p{L}\p{N}]+)*/gu;

const IRREGULAR: ReadonlyMap<string, readonly string[]> = new Map([
  ["won't", ['will', 'not']],
  ["can't", ['can', 'not']],
  ['cannot', ['can', 'not']],
  ["shan't", ['shall', 'not']],
  ["ain't", ['not']],
]);
const CLITIC = /'(?:s|d|m|re|ve|ll)$/;

/** Endings and replacements in the order tried. The first that yields a word of the vocabulary is taken. */
const ENDINGS = [
  ['ies', 'y'],
  ['ied', 'y'],
  ['es', ''],
  ['s', ''],
  ['ing', ''],
  ['ing', 'e'],
  ['ed', ''],
  ['ed', 'e'],
  ['er', ''],
  ['er', 'e'],
  ['est', ''],
  ['ly', ''],
  ['ness', ''],
  ['able', ''],
  ['able', 'e'],
  ['ment', ''],
] as const;
/** Letters. */
const MIN_STEM_LENGTH = 3;

/** `words` are in the order of their ids. Texts are truncated after `maxTokens`. */
export function createStaticTokeniser(words: readonly string[], maxTokens: number): Tokeniser {
  const vocabulary = new Map(words.map((word, id) => [word, id]));

  function idOf(piece: string): number | undefined {
    const id = vocabulary.get(piece) ?? vocabulary.get(stripAccents(piece)) ?? idOfStem(piece);
    if (id !== undefined) return id;
    return piece === 'a' || piece === 'i' ? undefined : words.length + (fnv1a(piece) % HASH_ROWS);
  }

  function idOfStem(piece: string): number | undefined {
    for (const [ending, replacement] of ENDINGS) {
      if (!piece.endsWith(ending)) continue;
      const stem = piece.slice(0, -ending.length);
      const letters = [...stem];
      if (letters.length < MIN_STEM_LENGTH) continue;
      const id = vocabulary.get(stem + replacement);
      if (id !== undefined) return id;
      const doubled = letters.length > MIN_STEM_LENGTH && letters.at(-1) === letters.at(-2);
      const single = replacement === '' && doubled ? vocabulary.get(letters.slice(0, -1).join('')) : undefined;
      if (single !== undefined) return single;
    }
    return undefined;
  }

  /** Ends early once there are more than `limit`. */
  function idsOf(text: string, limit: number): number[] {
    const ids: number[] = [];
    for (const [token] of text.normalize('NFKC').toLowerCase().replaceAll('\u2019', "'").matchAll(TOKEN)) {
      const whole = vocabulary.get(token);
      if (whole !== undefined) ids.push(whole);
      else
        for (const piece of token.split('-').flatMap(expandContraction))
          ids.push(...[idOf(piece)].filter((id) => id !== undefined));
      if (ids.length > limit) break;
    }
    return ids;
  }

  function encode(text: string): Tokens {
    const ids = idsOf(text, maxTokens);
    return { ids: Int32Array.from(ids.slice(0, maxTokens)), truncated: ids.length > maxTokens };
  }

  function windows(text: string, prefix: string): Window[] {
    const lead = idsOf(prefix, maxTokens).slice(0, maxTokens - 1);
    return splitEvenly(idsOf(text, Number.POSITIVE_INFINITY), maxTokens - lead.length).map((part) => ({
      ids: Int32Array.from([...lead, ...part]),
      weight: part.length,
    }));
  }

  return { encode, windows, size: words.length + HASH_ROWS };
}

/** Splits contractions: `couldn't` -> could, not; `o'reilly's` -> o, reilly. */
function expandContraction(part: string): readonly string[] {
  const irregular = IRREGULAR.get(part);
  if (irregular) return irregular;
  if (part.endsWith("n't")) return [...part.slice(0, -3).split("'"), 'not'].filter((piece) => piece !== '');
  return part.replace(CLITIC, '').split("'");
}

const stripAccents = (word: string) => word.normalize('NFKD').replace(/\p{M}+/gu, '');

const utf8 = new TextEncoder();

/** The 32-bit FNV-1a hash (draft-eastlake-fnv section 2) of the UTF-8 bytes. */
function fnv1a(word: string): number {
  let hash = 0x811c9dc5;
  for (const byte of utf8.encode(word)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
