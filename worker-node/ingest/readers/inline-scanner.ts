/** Walks through a line of markup from left to right, and collects its plain text and links. Time is linear. */
import { MAX_URL_CHARACTERS, type TextLink } from '../document.ts';
import type { PlainText } from './escape.ts';

const WORD = /[\p{L}\p{N}]/u;

export interface InlineScanner {
  readonly text: string;
  /** The offset of the next character. */
  at: number;
  startsWith(marker: string): boolean;
  /** The offset of the next `marker` from `from` on; -1 where none is. */
  find(marker: string, from: number): number;
  /** The text between the marker at `at` and its closing one, both of which are passed over; null where it is not closed. */
  enclosed(opening: string, closing: string): string | null;
  /** As `enclosed`, for emphasis: the markers stand at the ends of words, with no space inside. */
  emphasised(marker: string): string | null;
  append(text: string): void;
  /** Appends the words of a link; an address that is not http is dropped. */
  link(url: string, words: PlainText | string): void;
  /** Appends text that was scanned before. */
  appendAll(content: PlainText): void;
  finish(): PlainText;
}

export const isWebUrl = (url: string) => url.length <= MAX_URL_CHARACTERS && /^https?:\/\//i.test(url) && URL.canParse(url);

export function createInlineScanner(text: string): InlineScanner {
  const parts: string[] = [];
  const links: TextLink[] = [];
  let length = 0;
  /** Where each marker was found last: a search from an offset before that finds the same. */
  const found = new Map<string, { from: number; at: number }>();

  function find(marker: string, from: number): number {
    const known = found.get(marker);
    if (known && known.from <= from && (known.at < 0 || known.at >= from)) return known.at;
    const at = text.indexOf(marker, from);
    found.set(marker, { from, at });
    return at;
  }

  function append(piece: string): void {
    parts.push(piece);
    length += piece.length;
  }

  function appendAll({ text: piece, links: own = [] }: PlainText): void {
    for (const link of own) links.push({ ...link, start: length + link.start, end: length + link.end });
    append(piece);
  }

  const scanner: InlineScanner = {
    text,
    at: 0,
    find,
    append,
    appendAll,
    startsWith: (marker) => text.startsWith(marker, scanner.at),
    enclosed(opening, closing) {
      if (!text.startsWith(opening, scanner.at)) return null;
      const start = scanner.at + opening.length;
      const end = find(closing, start);
      if (end < 0) return null;
      scanner.at = end + closing.length;
      return text.slice(start, end);
    },
    emphasised(marker) {
      if (!text.startsWith(marker, scanner.at) || WORD.test(text[scanner.at - 1] ?? ' ')) return null;
      const start = scanner.at + marker.length;
      const end = find(marker, start + 1);
      if (end < 0 || /\s/.test(text[start] ?? ' ') || /\s/.test(text[end - 1] ?? ' ')) return null;
      if (WORD.test(text[end + marker.length] ?? ' ')) return null;
      scanner.at = end + marker.length;
      return text.slice(start, end);
    },
    link(url, words) {
      const content = typeof words === 'string' ? { text: words } : words;
      const start = length;
      append(content.text);
      if (isWebUrl(url) && length > start) links.push({ url, start, end: length });
    },
    finish: () => ({ text: parts.join(''), links }),
  };
  return scanner;
}
