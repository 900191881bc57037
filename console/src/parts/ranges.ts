/** Ranges of a text. */

/** From the first UTF-16 unit to the one after the last. */
export type TextRange = readonly [start: number, end: number];

/** In order, within the text, without overlap: ranges that touch become one. */
export function joinRanges(ranges: readonly TextRange[], length: number): TextRange[] {
  const sorted = ranges
    .map(([start, end]): TextRange => [Math.max(0, start), Math.min(length, end)])
    .filter(([start, end]) => start < end)
    .sort(([a], [b]) => a - b);
  const result: TextRange[] = [];
  for (const [start, end] of sorted) {
    const last = result.at(-1);
    if (last && start <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], end)];
    else result.push([start, end]);
  }
  return result;
}

/** Found words with nothing but a blank between them are marked as one. */
export function joinBlanks(text: string, ranges: readonly TextRange[]): TextRange[] {
  const result: TextRange[] = [];
  for (const [start, end] of ranges) {
    const last = result.at(-1);
    if (last && text.slice(last[1], start) === ' ') result[result.length - 1] = [last[0], end];
    else result.push([start, end]);
  }
  return result;
}
