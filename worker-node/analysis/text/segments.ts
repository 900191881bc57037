/** Words of scripts without spaces (Han, Kana, Thai, Lao, Khmer, Burmese), by the dictionaries of ICU. */
import { words } from './words.ts';

const DENSE_RUN = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]+/gu;
const HAS_DENSE = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const IS_DENSE = /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]+$/u;
const BETWEEN_DENSE =
  /(?<=[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]) (?=[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}])/gu;
/** A run of one script without spaces is segmented in parts, so that the segmenter's time stays proportional. */
const MAX_RUN = 2_000;

const segmenters = new Map<string, Intl.Segmenter>();

function segmenterOf(run: string): Intl.Segmenter {
  const locale = /\p{sc=Thai}/u.test(run) ? 'th' : /[\p{sc=Hiragana}\p{sc=Katakana}]/u.test(run) ? 'ja' : 'zh';
  const segmenter = segmenters.get(locale) ?? new Intl.Segmenter(locale, { granularity: 'word' });
  segmenters.set(locale, segmenter);
  return segmenter;
}

/** True for a text with a character of these scripts. */
export const hasDense = (text: string): boolean => HAS_DENSE.test(text);

/** True for a word of nothing else. */
export const isDense = (word: string): boolean => IS_DENSE.test(word);

/** The words in order, as written; those of scripts without spaces by dictionary instead of by pairs of characters. */
export function dictionaryWords(text: string): string[] {
  const found: string[] = [];
  let end = 0;
  for (const { 0: run, index } of text.matchAll(DENSE_RUN)) {
    found.push(...words(text.slice(end, index)));
    for (let from = 0; from < run.length; from += MAX_RUN) {
      const part = run.slice(from, from + MAX_RUN);
      for (const { segment, isWordLike } of segmenterOf(run).segment(part)) if (isWordLike) found.push(segment);
    }
    end = index + run.length;
  }
  found.push(...words(text.slice(end)));
  return found;
}

/** A phrase as it is written: with spaces, but for those between words of scripts without spaces. */
export const joinWords = (parts: readonly string[]): string => parts.join(' ').replace(BETWEEN_DENSE, '');
