/** Text of strangers, such as the title of a page, made safe to print: it must not move the cursor or recolour the screen. */

/** Control characters, and those that change the direction of text (which can make one word look like another). */
const CONTROL = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** One line: white space of any kind is one space, and no control character remains. */
export const plain = (text: string): string => text.replaceAll(/\s+/gu, ' ').replaceAll(CONTROL, '').trim();

/** A passage of Markdown in one line: rows of tables without their marks and empty cells, text without escapes. */
export const plainPassage = (markdown: string): string =>
  plain(
    markdown
      .split('\n')
      .filter((line) => !/^\|[-: |]*$/.test(line))
      .map((line) => (line.startsWith('|') ? cellsOf(line) : line))
      .join('\n')
      .replaceAll(/\\([!-/:-@[-`{-~])/g, '$1'),
  );

const cellsOf = (row: string) =>
  row
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '')
    .join(' | ');

/** Lines stay lines. */
export const plainLines = (text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => line.replaceAll('\t', '  ').replaceAll(CONTROL, ''))
    .join('\n');

/** JSON for programs, in which every such character is escaped; JSON.stringify leaves those from U+007F on. */
export const plainJson = (value: unknown): string =>
  JSON.stringify(value, null, 2)
    .split('\n')
    .map((line) => line.replaceAll(CONTROL, escaped))
    .join('\n');

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** At most `width` characters of a path: its end tells more than its beginning, so the ellipsis stands in front. */
export function cutPath(path: string, width: number): string {
  const characters = [...path];
  return characters.length <= width ? path : `…${characters.slice(characters.length - Math.max(0, width - 1)).join('')}`;
}

/** At most `width` characters, with an ellipsis in place of the rest. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
