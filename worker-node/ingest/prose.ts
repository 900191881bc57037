/** What of a document is language, for what reads it as such: keywords, the summary. */
import { plainOf } from '../analysis/text/markdown.ts';
import type { BlockKind, Section } from './document.ts';

const SPOKEN: ReadonlySet<BlockKind> = new Set(['prose', 'list', 'quote']);

/** The plain texts of the paragraphs but code and tables; those too where there is nothing else. */
export function proseOf(sections: readonly Section[]): string[] {
  const paragraphs = sections.flatMap((section) => section.paragraphs);
  const spoken = paragraphs.filter(({ kind = 'prose' }) => SPOKEN.has(kind));
  return (spoken.length > 0 ? spoken : paragraphs).map(({ text }) => plainOf(text));
}
