import { countWords } from '../text/words.ts';
import type { MeasureDimension } from './facts.ts';
import { pluralise, ramp } from './facts.ts';

/** A shorter text needs no headings. */
const SHORT_WORDS = 300;
/** Characters that are looked at. */
export const STRUCTURE_SAMPLE = 200_000;

/** Scores how the document is divided: headings, the length of paragraphs, lists. */
export const structure: MeasureDimension = ({ text, wordCount, headingPaths }) => {
  if (wordCount === 0) return { score: null, reasons: ['It has no text to measure'] };
  const sample = text.slice(0, STRUCTURE_SAMPLE);
  const blocks = sample.split(/\n{2,}/).filter((block) => block.trim() !== '');
  const headings = new Set(headingPaths.flatMap((path) => path.map((_, depth) => path.slice(0, depth + 1).join('\n')))).size;
  const lists = blocks.filter((block) => /^- .*\n- /s.test(block)).length;
  const sampleWords = countWords(sample);
  // Those of the sample, if it is not all of the text.
  const sampleHeadings = text.length > STRUCTURE_SAMPLE ? headings * Math.min(1, sampleWords / wordCount) : headings;
  // Headings are blocks too, but not paragraphs.
  const paragraphs = Math.max(1, blocks.length - Math.round(sampleHeadings));
  const wordsPerParagraph = sampleWords / paragraphs;

  const paragraphScore = Math.min(ramp(wordsPerParagraph, 400, 150), ramp(wordsPerParagraph, 2, 20));
  const headingScore = ramp(headings, 0, Math.max(1, wordCount / 400));
  const listScore = ramp(lists, 0, 1);
  const reasons = [
    `It has ${pluralise(headings, 'heading')} and ${pluralise(paragraphs, 'paragraph')}`,
    `A paragraph has ${Math.round(wordsPerParagraph)} words on average`,
    ...(lists > 0 ? [`It has ${pluralise(lists, 'list')}`] : []),
  ];
  if (wordCount < SHORT_WORDS && headings === 0) return { score: paragraphScore, reasons };
  return { score: 0.45 * headingScore + 0.45 * paragraphScore + 0.1 * listScore, reasons };
};
