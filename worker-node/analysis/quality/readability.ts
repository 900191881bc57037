import { measureReading } from '../text/readability.ts';
import type { MeasureDimension } from './facts.ts';
import { ramp } from './facts.ts';

const SAMPLE_CHARACTERS = 20_000;

/** Scores Flesch reading ease and sentence length in English, and sentence length alone in other languages. */
export const readability: MeasureDimension = ({ text, language }) => {
  const measured = measureReading(text, language, SAMPLE_CHARACTERS);
  if (!measured) return { score: null, reasons: ['It has no words to measure'] };
  const { wordsPerSentence, fleschEase } = measured;
  const length = `Its sentences have ${wordsPerSentence.toFixed(1)} words on average`;
  // Fragments of two or three words (lists, tables) do not count as easy sentences.
  const sentences = Math.min(ramp(wordsPerSentence, 45, 18), ramp(wordsPerSentence, 1, 7));
  if (fleschEase === null) return { score: sentences, reasons: [length] };
  return {
    score: 0.7 * ramp(fleschEase, 0, 70) + 0.3 * sentences,
    reasons: [`Flesch reading ease ${Math.round(fleschEase)} (${easeInWords(fleschEase)})`, length],
  };
};

function easeInWords(ease: number): string {
  if (ease >= 80) return 'easy';
  if (ease >= 60) return 'plain English';
  if (ease >= 30) return 'difficult';
  return 'very difficult';
}
