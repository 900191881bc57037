/** Builds a paragraph from pieces of text: white space collapses as in a browser, and links keep their offsets. */
import type { TextLink } from '../document.ts';
import { removeControlCharacters } from './normalise.ts';

/** A text without its Markdown, and its links. */
export interface Inline {
  readonly text: string;
  readonly links: readonly TextLink[];
}

export interface ParagraphBuilder {
  /** `verbatim` keeps white space, as in code blocks. */
  append(piece: string, verbatim?: boolean): void;
  /** Ends the current line; does nothing at the start of one. */
  lineBreak(): void;
  openLink(url: string): void;
  closeLink(): void;
  /**
   * Returns the paragraph so far and empties the builder. Links that are still open continue in the next one. `verbatim` keeps
   * the white space around.
   */
  take(verbatim?: boolean): Inline;
}

export function createParagraphBuilder(): ParagraphBuilder {
  let parts: string[] = [];
  let length = 0;
  let last = '\n';
  let open: { url: string; start: number }[] = [];
  let links: TextLink[] = [];

  function push(piece: string) {
    if (piece === '') return;
    parts.push(piece);
    length += piece.length;
    last = piece.at(-1) ?? last;
  }

  function append(piece: string, verbatim = false) {
    if (verbatim) {
      push(removeControlCharacters(piece).replace(/\r\n?|\f/g, '\n'));
      return;
    }
    const collapsed = removeControlCharacters(piece).replace(/[\s\u00a0]+/g, ' ');
    push(last === ' ' || last === '\n' ? collapsed.replace(/^ /, '') : collapsed);
  }

  function lineBreak() {
    if (last !== '\n') push('\n');
  }

  function take(verbatim = false): Inline {
    for (const { url, start } of open) links.push({ url, start, end: length });
    const raw = parts.join('');
    const lead = verbatim ? 0 : raw.length - raw.trimStart().length;
    const text = verbatim ? raw : raw.slice(lead).trimEnd();
    const within = (offset: number) => Math.min(Math.max(offset - lead, 0), text.length);
    const found = links.map(({ url, start, end }) => ({ url, start: within(start), end: within(end) }));
    open = open.map(({ url }) => ({ url, start: 0 }));
    parts = [];
    length = 0;
    last = '\n';
    links = [];
    return { text, links: text === '' ? [] : found };
  }

  return {
    append,
    lineBreak,
    openLink: (url) => {
      open.push({ url, start: length });
    },
    closeLink: () => {
      const link = open.pop();
      if (link && length > link.start) links.push({ ...link, end: length });
    },
    take,
  };
}
