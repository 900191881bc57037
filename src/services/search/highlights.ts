/** Marks words of a question in a passage, where no index of the library does: whole words, in any case and accent. */
import type { ChunkQuestion } from '../../kernel/db/chunk-index.ts';

/** Beyond so many letters an ending is likely, so that a word is marked by its beginning. */
const MIN_STEM = 4;
const MAX_WORDS = 64;

const fold = (word: string) => word.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
const wordsOf = (text: string) => text.matchAll(/[\p{L}\p{M}\p{N}]+/gu);

/** `found`: the words of the question that the text has, as they were typed. */
export function highlightsOf(text: string, { text: words, phrases = [] }: ChunkQuestion) {
  const asked = new Map<string, string>();
  for (const part of [...phrases, words])
    for (const [word] of wordsOf(part)) if (asked.size < MAX_WORDS && word.length > 1) asked.set(fold(word), word);
  const found = new Set<string>();
  const highlights: [start: number, end: number][] = [];
  for (const match of wordsOf(text)) {
    const typed = typedAs(fold(match[0]), asked);
    if (typed === undefined) continue;
    found.add(typed);
    highlights.push([match.index, match.index + match[0].length]);
  }
  return { highlights, found };
}

function typedAs(word: string, asked: ReadonlyMap<string, string>): string | undefined {
  for (let length = word.length; length >= Math.min(MIN_STEM, word.length); length--) {
    const typed = asked.get(word.slice(0, length));
    if (typed !== undefined) return typed;
  }
  return undefined;
}
