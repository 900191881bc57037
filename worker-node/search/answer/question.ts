/** A question in the terms of one library: what its words are there, and what a hit must and must not hold. */
import { mergeFilters } from '../../../src/kernel/search/merge-filters.ts';
import { parseSearchQuery } from '../../../src/kernel/search/search-query.ts';
import type { SearchFilters, SearchRequest } from '../../../src/kernel/search/search-request.ts';
import { analysePhrase, analyseQuestion, type PhraseForm, type QuestionToken } from '../analysis/analyse.ts';
import { compoundsOf, joinsWords, partsOfCompound } from '../analysis/compound-words.ts';
import type { LibraryIndex, PhraseTerm, TermGroup } from '../index/library-index.ts';
import { MATCHED_WORDS } from '../rank/document-scores.ts';
import { joinedWords } from './joined-words.ts';
import { correctedText, frequencyOf, MAX_TAKEN_APART, occurs, termsOf } from './spelling.ts';

export interface Question {
  /** Without operators; words that the library does not have are corrected. */
  readonly text: string;
  /** The words that count, the rarest first. */
  readonly groups: readonly TermGroup[];
  /** How many words were typed that count: an identifier is one of them, its parts are none. */
  readonly wordCount?: number;
  /** Words that a short question says in a row. */
  readonly pairs?: readonly WordPair[];
  /** Bits of the groups that a text which says all has. Absent: it has all of them. */
  readonly needed?: number;
  /** Words of a text that the library lacks; no group is for them. */
  readonly lacking?: number;
  /** As typed or corrected, one for each group. */
  readonly words: readonly string[];
  /** Where `text` says it first, one for each group. */
  readonly places?: readonly Place[];
  /** A hit holds each of these phrases, in one of its forms. */
  readonly phrases: readonly (readonly PhraseForm[])[];
  /** A hit holds none of these. */
  readonly excluded: readonly (readonly PhraseForm[])[];
  readonly filters: SearchFilters;
  readonly corrected?: { readonly from: string; readonly to: string };
  /** The document that others are compared with: it is no hit. */
  readonly except?: string;
}

export interface Place {
  readonly start: number;
  readonly end: number;
}

export interface WordPair {
  readonly terms: readonly PhraseTerm[];
  /** In how many chunks the more frequent of both occurs. */
  readonly frequency: number;
}

/** A longer question says most of its words in a row by chance. */
const MAX_WORDS_IN_A_ROW = 6;
/** More words are a document. The rarest say most. */
export const MAX_WORDS = 256;
/** Words that the last word may be the beginning of. */
const MAX_COMPLETIONS = 50;
/** Compounds are looked for of no more words, the rarest ones: each is a search in the vocabulary. */
const MAX_COMPOUNDED = 24;
/** More operators of a question are not looked for. */
const MAX_PHRASES = 32;

/** Words of a question that a person types with operators. In a longer one, as pasted from a text, quotation marks quote. */
const MOST_TYPED_WORDS = 24;
/** A compound that begins with a word of the question says more than it. */
const COMPOUND = 0.5;
/** Of an identifier and its parts, which say the same, the whole counts half. */
const WHOLE = 0.5;
/** A date says more than its parts, however often they occur; with only some of them it is another date. */
const EXACT = 2;
const PART_OF_EXACT = 0.25;

export function readQuestion(index: LibraryIndex, request: Pick<SearchRequest, 'q' | 'prefix' | 'filters'>): Question {
  const q = request.q ?? '';
  const { text: typed, phrases, excluded, filters } = parseSearchQuery(q);
  // A blank ends the last word.
  const prefix = request.prefix && !/\s$/.test(q);
  const { text, tokens: said, typed: alsoMeant } = correctedText(index, typed, prefix);
  const tokens = takenApart(index, said);
  const { groups, words, places, needed } = groupsOf(index, tokens, { text, prefix, alsoMeant });
  const isProse = tokens.filter(({ part }) => !part).length > MOST_TYPED_WORDS;
  const formsOf = (texts: readonly string[]) =>
    texts
      .slice(0, MAX_PHRASES)
      .map((phrase) => analysePhrase(phrase, index.languages))
      .filter((forms) => forms.length > 0);
  return {
    text,
    groups,
    words,
    places,
    needed,
    wordCount: countedWords(tokens).length,
    pairs: pairsOf(index, tokens),
    phrases: formsOf(isProse ? [] : phrases),
    excluded: formsOf(isProse ? [] : excluded),
    filters: mergeFilters(request.filters, filters),
    ...(text === typed ? {} : { corrected: { from: typed, to: text } }),
  };
}

/** Words that the library lacks as those of it that they are made of: compounds, and words without the blank between them. */
export function takenApart(index: LibraryIndex, tokens: readonly QuestionToken[]): readonly QuestionToken[] {
  const joins = joinsWords(index.mainLanguages);
  let taken = 0;
  return tokens.flatMap((token) => {
    if (token.part || occurs(index, token) || taken >= MAX_TAKEN_APART) return token;
    taken++;
    const compound = joins ? partsOfCompound(token.folded, index.mainLanguages, index.vocabulary) : undefined;
    const parts = compound ?? joinedWords(index, token.folded) ?? [];
    const { start, end } = token;
    const words = parts.flatMap((part) => analyseQuestion(part, index.languages).map((word) => ({ ...word, start, end })));
    return words.length > 0 ? words : token;
  });
}

const countedWords = (tokens: readonly QuestionToken[]) => tokens.filter(({ part, stop }) => !part && !stop);

function pairsOf(index: LibraryIndex, tokens: readonly QuestionToken[]): WordPair[] {
  const words = countedWords(tokens);
  if (words.length > MAX_WORDS_IN_A_ROW) return [];
  return words.flatMap((word, i) => {
    const next = words[i + 1];
    if (next === undefined || next.position !== word.position + 1 || next.start < word.end) return [];
    const both = [termsOf(word), termsOf(next)];
    const frequency = Math.max(...both.map((terms) => frequencyOf(index, terms)));
    return { terms: both.map((terms, offset) => ({ terms, offset })), frequency };
  });
}

/** The word that the text ends with; none after punctuation, because it is complete then. */
function lastWord(tokens: readonly QuestionToken[], text: string): QuestionToken | undefined {
  const last = tokens.at(-1);
  return last?.end === text.length ? last : undefined;
}

/** Of an identifier and its parts, those that the library lacks say nothing where it has the others: texts write it either way. */
function withoutOtherWritings(index: LibraryIndex, tokens: readonly QuestionToken[]): readonly QuestionToken[] {
  const heard = tokens.map((token) => occurs(index, token));
  let whole = -1;
  return tokens.filter((token, i) => {
    if (!token.part) whole = i;
    else if (heard[whole] && isNumber(tokens[whole])) return false;
    if (heard[i]) return true;
    if (token.part) return !heard[whole];
    const next = tokens.findIndex(({ part }, after) => after > i && !part);
    const parts = heard.slice(i + 1, next < 0 ? heard.length : next);
    return parts.length === 0 || parts.includes(false);
  });
}

/** `42 000` asks for one number, not for 42. */
const isNumber = (token: QuestionToken | undefined) => token?.exact === true && /^\d+(?:\.\d+)?$/.test(token.term);

interface GroupOptions {
  readonly text: string;
  readonly prefix: boolean;
  /** By a corrected word: terms of the typed one. */
  readonly alsoMeant: ReadonlyMap<string, readonly string[]>;
}

interface ChosenWord {
  readonly terms: readonly string[];
  weight: number;
  isNeeded: boolean;
  readonly place: Place;
  readonly folded: string;
  readonly rarity: number;
}

/** `ofExact`: the token is a date or the like that the library has, or a part of one. */
function weightOf({ part }: QuestionToken, next: QuestionToken | undefined, ofExact: boolean): number {
  if (part) return ofExact ? PART_OF_EXACT : 1;
  if (next?.part !== true) return 1;
  return ofExact ? EXACT : WHOLE;
}

/** Function words count only where there are no others. A repeated word counts as often as it is said. */
function groupsOf(index: LibraryIndex, all: readonly QuestionToken[], { text, prefix, alsoMeant }: GroupOptions) {
  const last = prefix ? lastWord(all, text) : undefined;
  const meant = all.filter((token) => !token.stop || token === last);
  const tokens = withoutOtherWritings(index, meant.length > 0 ? meant : all);
  const joins = joinsWords(index.mainLanguages);
  const groups = new Map<string, ChosenWord>();
  let ofExact = false;
  for (const [i, token] of tokens.entries()) {
    const own = termsOf(token);
    if (!token.part) ofExact = token.exact && occurs(index, token);
    const isNeeded = !(token.part && ofExact);
    const weight = weightOf(token, tokens[i + 1], ofExact);
    const known = groups.get(token.term);
    if (known) {
      known.weight += weight;
      known.isNeeded ||= isNeeded;
      continue;
    }
    const completions = token === last ? index.vocabulary.complete(token.folded, MAX_COMPLETIONS).map(({ term }) => term) : [];
    const terms = [...new Set([...own, ...(alsoMeant.get(token.folded) ?? []), ...completions])];
    const rarity = frequencyOf(index, terms);
    groups.set(token.term, {
      terms,
      weight,
      isNeeded,
      place: { start: token.start, end: token.end },
      folded: token.folded,
      rarity,
    });
  }
  const chosen = [...groups.values()].sort((a, b) => a.rarity - b.rarity).slice(0, MAX_WORDS);
  const compoundsIn = ({ terms, folded }: ChosenWord, i: number) =>
    joins && i < MAX_COMPOUNDED ? compoundsOf(folded, index.vocabulary).filter((term) => !terms.includes(term)) : [];
  return {
    groups: chosen.map(
      (group, i): TermGroup => ({
        terms: [...group.terms.map((term) => ({ term })), ...compoundsIn(group, i).map((term) => ({ term, weight: COMPOUND }))],
        weight: group.weight,
      }),
    ),
    words: chosen.map(({ place }) => text.slice(place.start, place.end)),
    places: chosen.map(({ place }) => place),
    needed: chosen.slice(0, MATCHED_WORDS).reduce((bits, { isNeeded }, i) => (isNeeded ? bits | (1 << i) : bits), 0) >>> 0,
  };
}
