/** Where a passage holds words of the question. */
import { findTerms } from '../analysis/find-terms.ts';

export type Range = readonly [start: number, end: number];

/** Ranges of UTF-16 units into `text`, ascending and apart. `terms` come from the question's analysis, as the text's do here. */
export function highlightsOf(text: string, language: string | null, terms: ReadonlySet<string>): Range[] {
  if (terms.size === 0) return [];
  const ranges: [number, number][] = [];
  for (const { start, end } of findTerms(text, language, terms)) if (end > start) ranges.push([start, end]);
  ranges.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const apart: [number, number][] = [];
  for (const range of ranges) {
    const last = apart.at(-1);
    if (last && range[0] < last[1]) last[1] = Math.max(last[1], range[1]);
    else apart.push([...range]);
  }
  return apart;
}
