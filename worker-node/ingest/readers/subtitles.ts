/** Reads subtitles (SubRip and WebVTT): the words of the cues without their times, in paragraphs that end with a pause. */
import { createSectionBuilder, EMPTY_METADATA, type ParsedDocument } from '../document.ts';
import { prose } from './blocks.ts';
import { decodeInput } from './decode-input.ts';
import { removeControlCharacters } from './normalise.ts';
import type { Reader } from './reader.ts';

const TIMES =
  /^\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})\s{0,10}-->\s{0,10}(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})/;
/** Tags of WebVTT and SubRip, and those of SubStation Alpha (`{\an8}`). */
const TAGS = /<\/?[a-zA-Z0-9][^<>\n]{0,200}>|\{\\[^{}\n]{0,200}\}/g;
const VOICE = /^<v(?:\.[^\s<>]{0,100})?\s([^<>\n]{1,100})>/;
const SENTENCE_END = /[.!?…。！？]["'”’)\]]{0,3}$/;
/** Silence in seconds that ends a paragraph. */
const PAUSE = 3;
const MAX_PARAGRAPH = 800;

interface Cue {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly speaker: string | null;
}

export const read: Reader = (input) => readSubtitles(decodeInput(input));

export function readSubtitles(source: string): ParsedDocument {
  const sections = createSectionBuilder();
  let open: string[] = [];
  let length = 0;
  const flush = () => {
    sections.paragraph(prose(open.join(' ')));
    open = [];
    length = 0;
  };
  let before: Cue | null = null;
  let speaker: string | null = null;
  for (const cue of cuesOf(removeControlCharacters(source).replace(/\r\n?/g, '\n'))) {
    // Rolling captions repeat the line before.
    if (before !== null && cue.text === before.text) continue;
    const turn = cue.speaker !== null && cue.speaker !== speaker;
    const paused = before !== null && cue.start - before.end >= PAUSE;
    if (turn || paused || (length > MAX_PARAGRAPH && SENTENCE_END.test(open.at(-1) ?? ''))) flush();
    if (turn) speaker = cue.speaker;
    open.push(turn ? `${cue.speaker}: ${cue.text}` : cue.text);
    length += cue.text.length + 1;
    before = cue;
  }
  flush();
  return { sections: sections.finish(), metadata: EMPTY_METADATA };
}

function cuesOf(source: string): Cue[] {
  return source.split(/\n[ \t]*\n/).flatMap((block) => {
    const lines = block.split('\n');
    const at = lines.findIndex((line) => TIMES.test(line));
    const times = TIMES.exec(lines[at] ?? '');
    if (!times) return [];
    const body = lines.slice(at + 1).map((line) => line.trim());
    const speaker = VOICE.exec(body[0] ?? '')?.[1]?.trim() ?? null;
    const text = body
      .join(' ')
      .replace(TAGS, '')
      .replace(/&nbsp;|&lrm;|&rlm;/g, ' ')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>');
    const plain = text.replaceAll('&amp;', '&').replace(/\s+/g, ' ').trim();
    return plain === '' ? [] : [{ start: seconds(times, 1), end: seconds(times, 5), text: plain, speaker }];
  });
}

const seconds = (times: RegExpExecArray, first: number) =>
  Number(times[first] ?? 0) * 3600 + Number(times[first + 1]) * 60 + Number(times[first + 2]) + Number(times[first + 3]) / 1000;
