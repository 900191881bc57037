import type { MeasureDimension } from './facts.ts';
import { ramp } from './facts.ts';

/** Scores the presence of title, description, authors, date, language and a text of at least 300 words. */
export const completeness: MeasureDimension = ({ title, description, authors, publishedAt, language, wordCount }) => {
  const parts: readonly (readonly [name: string, weight: number, share: number])[] = [
    ['a title', 2, title ? 1 : 0],
    ['a description', 1, description ? 1 : 0],
    ['an author', 1, authors.length > 0 ? 1 : 0],
    ['a publication date', 1, publishedAt ? 1 : 0],
    ['a language', 1, language ? 1 : 0],
    ['a text of at least 300 words', 2, ramp(wordCount, 0, 300)],
  ];
  const present = parts.filter(([, , share]) => share === 1).map(([name]) => name);
  const absent = parts.filter(([, , share]) => share < 1).map(([name]) => name);
  return {
    score: parts.reduce((sum, [, weight, share]) => sum + weight * share, 0) / parts.reduce((sum, [, weight]) => sum + weight, 0),
    reasons: [
      ...(present.length > 0 ? [`It has ${present.join(', ')}`] : []),
      ...(absent.length > 0 ? [`It lacks ${absent.join(', ')}`] : []),
    ],
  };
};
