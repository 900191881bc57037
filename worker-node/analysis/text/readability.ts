/** Measures readability: Flesch reading ease in English, sentence length in every language. */
import { sentences } from './sentences.ts';
import { words } from './words.ts';

/** Counts vowel groups without a silent final e; within a few per cent of a dictionary over English prose. */
export function countSyllables(word: string): number {
  const letters = word.toLowerCase().replace(/[^a-z]/g, '');
  if (letters.length <= 3) return 1;
  const trimmed = letters.replace(/(?:[^laeiouy]es|[^td]ed|[^laeiouy]e)$/, (ending) => ending.slice(0, 1)).replace(/^y/, '');
  return Math.max(1, trimmed.match(/[aeiouy]{1,2}/g)?.length ?? 1);
}

export interface ReadingMeasure {
  readonly words: number;
  readonly sentences: number;
  readonly wordsPerSentence: number;
  /** 206.835 - 1.015 words/sentence - 84.6 syllables/word (Flesch 1948); English only. About 0 (hard) to 100 (easy). */
  readonly fleschEase: number | null;
}

/** Measures the first `sample` characters. Null for a text without words. */
export function measureReading(text: string, language: string | null, sample = 100_000): ReadingMeasure | null {
  const sampled = text.slice(0, sample);
  const tokens = words(sampled);
  if (tokens.length === 0) return null;
  const sentenceCount = Math.max(1, sentences(sampled, language).length);
  const wordsPerSentence = tokens.length / sentenceCount;
  const fleschEase =
    language === 'en'
      ? 206.835 - 1.015 * wordsPerSentence - 84.6 * (tokens.reduce((sum, word) => sum + countSyllables(word), 0) / tokens.length)
      : null;
  return { words: tokens.length, sentences: sentenceCount, wordsPerSentence, fleschEase };
}
