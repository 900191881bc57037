/** Reads RTF: the text with its headings, lists, tables, links and notes; not pictures, objects, headers or comments. */
import { StageError } from '../../../src/kernel/core/errors.ts';
import { EMPTY_METADATA, MAX_URL_CHARACTERS, type ParsedDocument, type Section } from '../document.ts';
import { normaliseDate } from './dates.ts';
import { removeControlCharacters, singleLine } from './normalise.ts';
import { authorsOf, declaredTitle } from './office/properties.ts';
import { createLinkedText } from './pdf/linked-text.ts';
import type { ReaderInput } from './reader.ts';
import { createContent } from './rtf/content.ts';
import { decodeBytes, labelOfCharacterSet, labelOfCodePage } from './rtf/encodings.ts';
import { CHARACTERS, type Destination, destinationOf } from './rtf/groups.ts';
import { type RtfToken, rtfTokens } from './rtf/tokens.ts';

const MAX_DEPTH = 10_000;
const DEFAULT_ENCODING = 'windows-1252';

/** What a group inherits from the group around it. */
interface State {
  destination: Destination;
  /** The group began with `\*`: if the word that follows is not known, the group is skipped. */
  optional: boolean;
  font: number | null;
  /** How many characters stand for one in Unicode, for old programs. */
  fallback: number;
  hidden: boolean;
  url: string | null;
  field: { instruction: string } | null;
  inTable: boolean;
  style: number | null;
  outline: number | null;
  listDepth: number;
  /** The left margin, in twentieths of a point. */
  indent: number;
}

export function read({ bytes }: ReaderInput): ParsedDocument {
  const reader = createRtfReader();
  for (const token of rtfTokens(bytes)) reader.take(token);
  return reader.finish();
}

function createRtfReader() {
  const content = createContent();
  const stack: State[] = [];
  const fontEncodings = new Map<number, string>();
  const monospaced = new Set<number>();
  const styleLevels = new Map<number, number>();
  const info = { title: '', author: '', subject: '' };
  const created: Record<string, number> = {};
  let encoding = DEFAULT_ENCODING;
  let state: State = {
    destination: 'body',
    optional: false,
    font: null,
    fallback: 1,
    hidden: false,
    url: null,
    field: null,
    inTable: false,
    style: null,
    outline: null,
    listDepth: 0,
    indent: 0,
  };
  /** Bytes whose encoding is that of the current font. */
  let pending: number[] = [];
  /** Characters to skip behind one in Unicode. */
  let toSkip = 0;
  let marker: string | null = null;
  let styleName = '';
  let note = createLinkedText();

  function flush() {
    if (pending.length === 0) return;
    const bytes = pending;
    pending = [];
    write(decodeBytes(bytes, (state.font === null ? undefined : fontEncodings.get(state.font)) ?? encoding));
  }

  function write(text: string) {
    const { destination } = state;
    if (destination === 'skip' || destination === 'fonts' || destination === 'creatim') return;
    if (destination === 'styles') styleName += text;
    else if (destination === 'instruction') {
      if (state.field && state.field.instruction.length < MAX_URL_CHARACTERS * 2) state.field.instruction += text;
    } else if (destination === 'marker') marker = (marker ?? '') + text;
    else if (destination === 'footnote') note.append(removeControlCharacters(text), state.url);
    else if (destination !== 'body') info[destination] += text;
    else if (!state.hidden) {
      const isMonospaced = state.font !== null && monospaced.has(state.font);
      content.append(removeControlCharacters(text), { url: state.url, isMonospaced });
    }
  }

  function endParagraph() {
    if (state.destination === 'footnote') note.append('\n');
    if (state.destination !== 'body') return;
    const level = state.outline ?? (state.style === null ? undefined : styleLevels.get(state.style)) ?? null;
    content.paragraph({
      inTable: state.inTable,
      headingLevel: level === null ? null : Math.min(level + 1, 6),
      marker,
      listDepth: state.listDepth,
      indent: state.indent,
    });
    marker = null;
  }

  function open() {
    flush();
    if (stack.length >= MAX_DEPTH) throw new StageError('permanent', `The document nests more than ${MAX_DEPTH} groups`);
    stack.push({ ...state });
    state.optional = false;
    toSkip = 0;
  }

  function close() {
    flush();
    const outer = stack.pop();
    if (!outer) return;
    if (state.destination === 'footnote' && outer.destination !== 'footnote') {
      content.note(note.finish());
      note = createLinkedText();
    }
    if (state.destination === 'styles' && outer.destination === 'styles') endStyle();
    state = outer;
    toSkip = 0;
  }

  /** A style is a heading by its level in the outline, or by its English name. */
  function endStyle() {
    const named = /^\s*heading (\d)/i.exec(styleName)?.[1];
    const level = state.outline ?? (named === undefined ? null : Number(named) - 1);
    if (level !== null && level >= 0 && level < 9) styleLevels.set(state.style ?? 0, level);
    styleName = '';
  }

  function unicode(value: number) {
    flush();
    write(String.fromCharCode(value & 0xffff));
    toSkip = state.fallback;
  }

  function property(name: string, value: number | null) {
    switch (name) {
      case 'par':
      case 'sect':
      case 'page':
        return endParagraph();
      case 'cell':
        if (state.destination === 'body') content.cell();
        return;
      case 'row':
        if (state.destination === 'body') content.row();
        return;
      case 'nestcell':
      case 'nestrow':
        return write(' ');
      case 'pard':
        Object.assign(state, { inTable: false, style: null, outline: null, listDepth: 0, indent: 0 });
        return;
      case 'plain':
        state.hidden = false;
        return;
      case 'intbl':
        state.inTable = true;
        return;
      case 's':
        state.style = value;
        return;
      case 'outlinelevel':
        state.outline = value !== null && value >= 0 && value < 9 ? value : null;
        return;
      case 'ilvl':
        state.listDepth = Math.max(0, Math.min(value ?? 0, 8));
        return;
      case 'li':
        state.indent = value ?? 0;
        return;
      case 'f':
        state.font = value;
        return;
      case 'fmodern':
        if (state.destination === 'fonts' && state.font !== null) monospaced.add(state.font);
        return;
      case 'fcharset':
      case 'cpg':
        return setFontEncoding(name, value ?? 0);
      case 'ansicpg':
        encoding = labelOfCodePage(value ?? 0) ?? encoding;
        return;
      case 'mac':
        encoding = 'macintosh';
        return;
      case 'uc':
        state.fallback = Math.max(0, Math.min(value ?? 1, 10));
        return;
      case 'v':
      case 'deleted':
        state.hidden = value !== 0;
        return;
      case 'field':
        state.field = { instruction: '' };
        return;
      case 'fldrslt':
        state.url = urlOf(state.field?.instruction ?? '');
        return;
      default:
        if (state.destination === 'creatim' && value !== null) created[name] = value;
    }
  }

  function setFontEncoding(name: string, value: number) {
    const label = name === 'cpg' ? labelOfCodePage(value) : labelOfCharacterSet(value);
    if (state.destination === 'fonts' && state.font !== null && label !== undefined) fontEncodings.set(state.font, label);
  }

  function control(name: string, value: number | null) {
    if (name === '*') {
      state.optional = true;
      return;
    }
    const optional = state.optional;
    state.optional = false;
    if (name === 'u' && value !== null) return unicode(value);
    const destination = destinationOf(name, state.destination);
    flush();
    if (destination !== undefined) state.destination = destination;
    else if (optional) state.destination = 'skip';
    const character = CHARACTERS[name];
    if (character !== undefined) write(character);
    else property(name, value);
  }

  return {
    take(token: RtfToken) {
      switch (token.kind) {
        case 'open':
          return open();
        case 'close':
          return close();
        case 'control':
          if (toSkip > 0 && token.name !== 'u') toSkip--;
          else control(token.name, token.value);
          return;
        default:
      }
      const bytes = token.kind === 'text' ? token.bytes : [token.byte];
      const from = Math.min(toSkip, bytes.length);
      toSkip -= from;
      if (state.destination === 'skip') return;
      for (let index = from; index < bytes.length; index++) pending.push(bytes[index] ?? 0);
    },
    finish(): ParsedDocument {
      flush();
      endParagraph();
      const sections = content.finish();
      return {
        sections,
        metadata: {
          ...EMPTY_METADATA,
          title: declaredTitle(info.title) ?? firstHeading(sections),
          description: singleLine(info.subject),
          authors: authorsOf([info.author]),
          publishedAt: dateOf(created),
        },
      };
    },
  };
}

const firstHeading = (sections: readonly Section[]): string | null =>
  sections.find(({ heading }) => heading !== null)?.headingPath.at(-1) ?? null;

/** The time has no zone and is left out. */
function dateOf({ yr, mo, dy }: Readonly<Record<string, number>>): string | null {
  return yr === undefined ? null : normaliseDate([yr, mo, dy].filter((part) => part !== undefined).join('-'));
}

function urlOf(instruction: string): string | null {
  const url = /^\s*HYPERLINK\s+(?:"([^"]*)"|(\S+))/i.exec(instruction);
  const target = url?.[1] ?? url?.[2] ?? '';
  return /^https?:/i.test(target) && target.length <= MAX_URL_CHARACTERS && URL.canParse(target) ? target : null;
}
