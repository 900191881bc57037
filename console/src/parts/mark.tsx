/** A text with its found ranges in `<mark>`: solid where its words were found, a wash and an underline where its meaning was. */
import type { ComponentChild } from 'preact';
import { joinRanges, type TextRange } from './ranges.ts';

export interface MarkedProps {
  readonly text: string;
  readonly ranges: readonly TextRange[];
  readonly by?: 'words' | 'meaning';
}

export function Marked({ text, ranges, by = 'words' }: MarkedProps) {
  const pieces: ComponentChild[] = [];
  let from = 0;
  for (const [start, end] of joinRanges(ranges, text.length)) {
    if (start > from) pieces.push(text.slice(from, start));
    pieces.push(
      <mark key={start} data-by={by === 'meaning' ? 'meaning' : undefined}>
        {text.slice(start, end)}
      </mark>,
    );
    from = end;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return <>{pieces}</>;
}
