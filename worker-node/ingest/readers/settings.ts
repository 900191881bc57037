/** Reads files of settings, line by line: INI, Java properties, `.env`, units of systemd. Sections are headings. */
import { trimEndOf } from '../../../src/kernel/core/trim.ts';
import { createSectionBuilder, EMPTY_METADATA, type ParsedDocument } from '../document.ts';
import { list, prose } from './blocks.ts';
import { decodeInput } from './decode-input.ts';
import { removeControlCharacters } from './normalise.ts';
import type { Reader } from './reader.ts';

export const read: Reader = (input) => readSettings(decodeInput(input));

const COMMENT = /^(?:[#;!]|\/\/|REM )/;
/** `name = value` or `name: value`. */
const SETTING = /^([^=:\s][^=:]{0,300})[=:](.*)$/;

export function readSettings(source: string): ParsedDocument {
  const sections = createSectionBuilder();
  let comment: string[] = [];
  let settings: string[] = [];

  function flushComment(): void {
    sections.paragraph(prose(comment.join('\n')));
    comment = [];
  }
  function flushSettings(): void {
    sections.paragraph(list(settings));
    settings = [];
  }

  const lines = removeControlCharacters(source)
    .replace(/\r\n?|\f/g, '\n')
    .replace(/\\\n[ \t]*/g, ' ')
    .split('\n');
  for (const raw of lines) {
    const line = raw.trim();
    if (line.startsWith('[') && line.endsWith(']')) {
      flushSettings();
      flushComment();
      sections.heading(1, prose(trimEndOf(line.replace(/^\[+/, ''), ']').trim()));
    } else if (line === '') {
      flushSettings();
      flushComment();
    } else if (COMMENT.test(line)) {
      flushSettings();
      const text = line.replace(/^[#;!/*= -]{1,200}/, '').trim();
      if (/\p{L}/u.test(text)) comment.push(text);
    } else {
      flushComment();
      const last = settings.at(-1);
      const setting = SETTING.exec(line);
      // A line further in continues the value above it.
      if (/^[ \t]/.test(raw) && last !== undefined && !setting) settings[settings.length - 1] = `${last} ${line}`;
      else if (setting)
        settings.push(`${setting[1]?.trim() ?? ''}: ${unescapeUnicode(setting[2]?.replace(/\s+/g, ' ').trim() ?? '')}`);
      else settings.push(line);
    }
  }
  flushSettings();
  flushComment();
  return { sections: sections.finish(), metadata: EMPTY_METADATA };
}

/** `\u00e4`, as Java writes letters beyond Latin-1. */
const unescapeUnicode = (value: string) =>
  value.replace(/\\u([\da-fA-F]{4})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
