/** Builds one paragraph out of pieces of text, white space collapsed as a browser would, links kept by offset. */
import type { Paragraph, TextLink } from '../document.ts';

export interface ParagraphBuilder {
  /** `verbatim` keeps white space as it is (code). */
  append(piece: string, verbatim?: boolean): void;
  /** Ends the line; nothing at the start of a line. */
  lineBreak(): void;
  openLink(url: string): void;
  closeLink(): void;
  /** The paragraph so far, trimmed; the builder is empty afterwards. */
  take(): Paragraph;
}

/** NUL and its like carry no meaning and break databases; line ends and tabs stay. */
export const removeControlCharacters = (text: string) => text.replace(/[^\P{Cc}\t\n\r\f]/gu, '');

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

  function take(): Paragraph {
    for (const { url, start } of open) links.push({ url, start, end: length });
    const raw = parts.join('');
    const lead = raw.length - raw.replace(/^(?:[^\S\n]*\n)+/, '').trimStart().length;
    const text = raw.slice(lead).trimEnd();
    const within = (offset: number) => Math.min(Math.max(offset - lead, 0), text.length);
    const found = links.map(({ url, start, end }) => ({ url, start: within(start), end: within(end) }));
    // A link around several blocks goes on in the next one.
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
