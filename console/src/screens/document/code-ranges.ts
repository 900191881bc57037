/** Where found words of the source stand in code, which is shown without its fences and its indentation. */
import type { TextRange } from '../../parts/ranges.ts';

/** `source`: the node as it is written. Ranges are of `source`; those of the result are of `value`. */
export function rangesInCode(value: string, source: string, ranges: readonly TextRange[]): TextRange[] {
  const written = linesOf(source);
  // A fence is a line of its own; indented code begins with its first line.
  let at = /^\s*(?:```|~~~)/.test(source) ? 1 : 0;
  const found: TextRange[] = [];
  for (const line of linesOf(value)) {
    const from = written[at++];
    if (!from?.text.endsWith(line.text)) continue;
    const shift = line.start - (from.start + from.text.length - line.text.length);
    const end = line.start + line.text.length;
    for (const [a, b] of ranges) {
      const range: TextRange = [Math.max(line.start, a + shift), Math.min(end, b + shift)];
      if (range[0] < range[1]) found.push(range);
    }
  }
  return found;
}

/** The same for code within a line, between its backticks. */
export function rangesInInlineCode(value: string, source: string, ranges: readonly TextRange[]): TextRange[] {
  const at = source.indexOf(value, /^`*/.exec(source)?.[0].length ?? 0);
  if (at === -1) return [];
  return ranges.map(([a, b]): TextRange => [Math.max(0, a - at), Math.min(value.length, b - at)]).filter(([a, b]) => a < b);
}

interface Line {
  readonly text: string;
  readonly start: number;
}

function linesOf(text: string): Line[] {
  let start = 0;
  return text.split('\n').map((line) => {
    const found = { text: line, start };
    start += line.length + 1;
    return found;
  });
}
