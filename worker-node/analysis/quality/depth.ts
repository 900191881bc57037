import { stopWords } from '../text/stop-words.ts';
import { normaliseWord, words } from '../text/words.ts';
import type { MeasureDimension } from './facts.ts';
import { pluralise, ramp } from './facts.ts';

/** Words over which variety is measured. Longer texts repeat more words, so all texts are measured over the same length. */
const WINDOW_WORDS = 400;
const MIN_WORDS = 100;
/** Decimal logarithms of the number of words: 20 words say little, 2,000 cover a subject. */
const LENGTH = { from: Math.log10(20), to: Math.log10(2_000) };

/** Scores how much the document covers: its length, the variety of its content words, its references. */
export const depth: MeasureDimension = ({ text, wordCount, language, references }) => {
  if (wordCount === 0) return { score: null, reasons: ['It has no words to measure'] };
  const length = ramp(Math.log10(wordCount), LENGTH.from, LENGTH.to);
  const sources = ramp(references.length, 0, 10);
  const reasons = [
    `It is ${pluralise(wordCount, 'word')} long`,
    `It has ${pluralise(references.length, 'reference')} to other documents`,
  ];
  const variety = measureVariety(text, language);
  if (variety === null) return { score: 0.9 * length + 0.1 * sources, reasons };
  return {
    score: 0.6 * length + 0.3 * ramp(variety, 0.35, 0.8) + 0.1 * sources,
    reasons: [...reasons, `${Math.round(variety * 100)}% of its content words are distinct`],
  };
};

/** The share of distinct words among the content words of the first 400 words; null for a text that is too short. */
function measureVariety(text: string, language: string | null): number | null {
  const stops = stopWords(language);
  const sample = words(text.slice(0, WINDOW_WORDS * 12))
    .slice(0, WINDOW_WORDS)
    .map(normaliseWord);
  const content = sample.filter((word) => word.length > 2 && !stops.has(word));
  if (content.length < MIN_WORDS / 2) return null;
  return new Set(content).size / content.length;
}
