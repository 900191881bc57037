/** Collects text of which parts are links. */
import { MAX_URL_CHARACTERS, type TextLink } from '../../document.ts';

export interface LinkedText {
  readonly text: string;
  readonly links: readonly TextLink[];
}

const TAIL = 60;

export function createLinkedText() {
  let text = '';
  /** The last characters: to look at `text` would copy it each time. */
  let tail = '';
  const links: { url: string; start: number; end: number }[] = [];

  return {
    append(piece: string, url: string | null = null): void {
      const start = text.length + (piece.length - piece.trimStart().length);
      text += piece;
      tail = (tail + piece).slice(-TAIL);
      if (url === null || url.length > MAX_URL_CHARACTERS || start >= text.length) return;
      const last = links.at(-1);
      if (last?.url === url && text.slice(last.end, start).trim() === '') last.end = text.length;
      else links.push({ url, start, end: text.length });
    },
    /** Removes the last character. */
    chop(): void {
      text = text.slice(0, -1);
      tail = tail.slice(0, -1);
      for (const link of links) link.end = Math.min(link.end, text.length);
    },
    /** Up to 60 characters at the end. */
    tail: () => tail,
    finish(): LinkedText {
      return { text, links: links.filter(({ start, end }) => end > start) };
    },
  };
}
