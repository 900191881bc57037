/** Extracts keywords: phrases between stop words, ranked by frequency of phrase and words (after RAKE, Rose et al. 2010). */
import { dictionaryWords, isDense, joinWords } from './segments.ts';
import { stopWords } from './stop-words.ts';
import { normaliseWord } from './words.ts';

export const MAX_KEYWORDS = 12;
const SAMPLE_CHARACTERS = 200_000;
const MAX_PHRASE_WORDS = 3;
const CLAUSE_END = /[.,;:!?()[\]{}"“”«»|\n\r\t…—–。、，；：！？「」『』（）《》〈〉【】・]+/u;
/** What stands between blanks and is for programs: it ends a clause, as punctuation does. */
const ADDRESS_START = /^[^\p{L}\d]*(?:[a-z][a-z\d+.-]{1,20}:\/\/|www\.)/iu;
const MAIL_ADDRESS = /[a-z\d]@[a-z\d]/i;

export interface Keyword {
  /** Lower case. */
  readonly phrase: string;
  readonly weight: number;
}

export interface KeywordOptions {
  /** ISO 639-1; null counts as English. */
  readonly language: string | null;
  /** Title and headings; their words get a higher weight. */
  readonly titles?: readonly string[];
  readonly limit?: number;
}

/** Best first, equal weights in alphabetical order. Deterministic. */
export function extractKeywords(text: string, { language, titles = [], limit = MAX_KEYWORDS }: KeywordOptions): Keyword[] {
  const stops = stopWords(language);
  const isContent = (word: string) => word.length >= minLength(word) && !stops.has(word) && !/^[\d'-]+$/.test(word);
  const title = new Set(titles.flatMap((line) => dictionaryWords(line).map(normaliseWord)));
  const frequency = new Map<string, number>();
  const phrases = new Map<string, { count: number; words: readonly string[] }>();

  for (const clause of withoutAddresses(text.slice(0, SAMPLE_CHARACTERS)).split(CLAUSE_END)) {
    let run: string[] = [];
    const close = () => {
      for (let from = 0; from < run.length; from++) {
        for (let size = 1; size <= MAX_PHRASE_WORDS && from + size <= run.length; size++) {
          const part = run.slice(from, from + size);
          const key = joinWords(part);
          const seen = phrases.get(key);
          if (seen) seen.count++;
          else phrases.set(key, { count: 1, words: part });
        }
      }
      run = [];
    };
    for (const token of dictionaryWords(clause)) {
      const word = normaliseWord(token);
      if (isContent(word)) {
        run.push(word);
        frequency.set(word, (frequency.get(word) ?? 0) + 1);
      } else close();
    }
    close();
  }

  const candidates: Keyword[] = [];
  for (const [phrase, { count, words: parts }] of phrases) {
    if (parts.length > 1 && count < 2 && !parts.every((part) => title.has(part))) continue;
    const mean = parts.reduce((sum, part) => sum + (frequency.get(part) ?? 0), 0) / parts.length;
    const inTitle = parts.filter((part) => title.has(part)).length / parts.length;
    // A phrase outweighs its words only if most of their occurrences are in it.
    const cohesion = parts.length === 1 ? 1 : (1 + 0.6 * (parts.length - 1)) * Math.min(1, (2 * count) / mean);
    candidates.push({ phrase, weight: Math.log2(1 + mean) * cohesion * (1 + inTitle) * lengthFactor(parts) });
  }
  candidates.sort((a, b) => b.weight - a.weight || (a.phrase < b.phrase ? -1 : 1));
  return withoutRepeats(candidates, limit);
}

function withoutAddresses(text: string): string {
  if (!text.includes('://') && !text.includes('www.') && !text.includes('@')) return text;
  return text.replace(/[^\s<>"\u{80}-\u{10ffff}]+/gu, (word) =>
    ADDRESS_START.test(word) || MAIL_ADDRESS.test(word) ? '|' : word,
  );
}

/** Kana without Han are particles and endings; two characters of Han or Katakana are a word. */
function minLength(word: string): number {
  if (!isDense(word)) return 3;
  return /^\p{sc=Hiragana}+$/u.test(word) ? 4 : /^\p{sc=Thai}+$/u.test(word) ? 3 : 2;
}

/** Short words make poorer keywords than long ones. A character of a script without spaces says as much as three letters. */
const lengthFactor = (parts: readonly string[]) =>
  Math.min(1, 0.55 + 0.09 * (parts.reduce((sum, part) => sum + lettersOf(part), 0) / parts.length));

const lettersOf = (word: string) => (isDense(word) ? 3 : 1) * word.length;

/** Drops keywords covered by a better one: its plural, or a phrase that contains it or is contained in it. */
function withoutRepeats(candidates: readonly Keyword[], limit: number): Keyword[] {
  const kept: Keyword[] = [];
  const stem = (phrase: string) => phrase.replace(/(?:es|s)\b/g, '');
  const seen = new Set<string>();
  for (const candidate of candidates) {
    if (kept.length === limit) break;
    // Without spaces, a part of a phrase is one of its words.
    const key = isDense(candidate.phrase) ? candidate.phrase : ` ${stem(candidate.phrase)} `;
    if ([...seen].some((other) => other.includes(key) || key.includes(other))) continue;
    seen.add(key);
    kept.push(candidate);
  }
  return kept;
}
