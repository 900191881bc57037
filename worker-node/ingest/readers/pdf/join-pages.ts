/** Joins a paragraph that goes on in the next column or on the next page. */
import { createLinkedText } from './linked-text.ts';
import { type Passage, separate } from './paragraphs.ts';

/** A longer passage is not joined, so that a document without sentences is not copied with every page. */
const MAX_JOINED = 20_000;

/** Whether `next` goes on with the sentence of `passage`. */
export function continues(passage: Passage, next: Passage): boolean {
  if (next.kind !== 'prose' || (passage.kind !== 'prose' && passage.kind !== 'item')) return false;
  const [before, after] = [passage.content.text, next.content.text];
  return (
    /[\p{L}\p{N},\u00ad\u2010-]$/u.test(before) && /^\p{Ll}/u.test(after) && before.length > 40 && before.length < MAX_JOINED
  );
}

/** The page is that on which the passage begins. */
export function joinPassages(passage: Passage, next: Passage, words: ReadonlySet<string>): Passage {
  const result = createLinkedText();
  for (const [index, { content }] of [passage, next].entries()) {
    if (index > 0) separate(result, content.text, ' ', words);
    let from = 0;
    for (const { url, start, end } of content.links) {
      result.append(content.text.slice(from, start));
      result.append(content.text.slice(start, end), url);
      from = end;
    }
    result.append(content.text.slice(from));
  }
  return { ...passage, content: result.finish() };
}
