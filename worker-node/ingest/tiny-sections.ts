/**
 * Joins neighbouring sections of a document that has very many tiny ones, such as a calendar of 100,000 events, so that what a
 * document costs afterwards is in proportion to its text. Other documents keep a chunk for each section, since search ranks
 * what is said in one place.
 */
import { contextOf, embeddedContext } from './chunk-context.ts';
import { MAX_CHUNK_TOKENS, measure } from './chunk-tokens.ts';
import type { SectionRange } from './document.ts';

/** A document keeps so many sections, and one more for each 200 characters: more than reference works that people write have. */
const MOST_SECTIONS = 2_000;
const CHARACTERS_PER_SECTION = 200;

/** True for a document whose sections are joined. */
export const hasTinySections = (text: string, sections: readonly SectionRange[]): boolean =>
  sections.length > MOST_SECTIONS + text.length / CHARACTERS_PER_SECTION;

export interface JoinOptions {
  /** The document's, which is part of each chunk's context. */
  readonly title: string | null;
  /** UTF-16 units of a chunk at most. */
  readonly maxLength: number;
}

/** Sections that are joined, with the tokens of their text and of the room beside their context. */
interface Joined extends SectionRange {
  readonly tokens: number;
}

/**
 * Joins neighbours that fit into one chunk together. The joined section has the headings that its parts share as its path; their
 * other headings are lines of its text. A heading that stands further up is never lost: parts below it are joined with
 * each other alone, unless they begin with it.
 */
export function joinTinySections(
  text: string,
  sections: readonly SectionRange[],
  { title, maxLength }: JoinOptions,
): SectionRange[] {
  const roomBeside = memoised((path) => MAX_CHUNK_TOKENS - measure(embeddedContext(contextOf(title, path))));
  const joined: SectionRange[] = [];
  let open: Joined | undefined;
  for (const section of sections) {
    const tokens = measure(text, section.headingStart, section.end);
    const both = open && join(open, section, tokens);
    if (open && both && section.end - both.start <= maxLength && both.tokens <= roomBeside(both.headingPath)) {
      open = both;
      continue;
    }
    if (open) joined.push(open);
    open = { ...section, tokens };
  }
  if (open) joined.push(open);
  return joined;
}

/** Both as one; undefined where a heading above the first would be in neither path nor text. */
function join(first: Joined, second: SectionRange, tokens: number): Joined | undefined {
  const shared = second.headingPath.findIndex((heading, depth) => heading !== first.headingPath[depth]);
  const headingPath = shared === -1 ? second.headingPath : second.headingPath.slice(0, shared);
  if (headingPath.length < first.inherited) return undefined;
  const { inherited, headingStart } = first;
  return { headingPath, inherited, headingStart, start: headingStart, end: second.end, tokens: first.tokens + tokens };
}

/** Remembers the last path, which neighbours share. */
function memoised(roomOf: (path: readonly string[]) => number) {
  let last: { readonly key: string; readonly room: number } | undefined;
  return (path: readonly string[]): number => {
    const key = path.join('\n');
    if (last?.key !== key) last = { key, room: roomOf(path) };
    return last.room;
  };
}
