/** Sentence boundaries by Unicode's rules (UAX 29), corrected after abbreviations. */

export interface TextRange {
  /** UTF-16 offsets; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Abbreviations whose full stop rarely ends a sentence. */
const ABBREVIATION =
  /(?:^|[\s([“"'])(?:Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|Mt|Gen|Col|Sen|Rep|Hon|Rev|vs|cf|al|e\.g|i\.e|approx|No|Nos|Fig|Figs|Eq|Sec|Ch|Vol|pp?|Inc|Ltd|Co|ca|Nr|Abb|bzw|z\. ?B|d\. ?h|u\. ?a|[A-Z])\.\s*$/u;

const segmenters = new Map<string, Intl.Segmenter>();

function segmenterFor(language: string | null): Intl.Segmenter {
  const locale = language ?? 'en';
  let segmenter = segmenters.get(locale);
  if (!segmenter) {
    segmenter = new Intl.Segmenter(Intl.Segmenter.supportedLocalesOf([locale]).length > 0 ? locale : 'en', {
      granularity: 'sentence',
    });
    segmenters.set(locale, segmenter);
  }
  return segmenter;
}

/**
 * The ranges of the sentences, trimmed, in order and without overlap; they cover every character but white space. A line
 * break always ends a sentence, because it separates list items and table rows.
 */
export function sentenceRanges(text: string, language: string | null = null): TextRange[] {
  const ranges: TextRange[] = [];
  let open: number | undefined;
  for (const { segment, index } of segmenterFor(language).segment(text)) {
    const start = open ?? index;
    const end = index + segment.length;
    open = undefined;
    if (end < text.length && !segment.endsWith('\n') && ABBREVIATION.test(segment.slice(-24))) {
      open = start;
      continue;
    }
    const range = trimRange(text, start, end);
    if (range.end > range.start) ranges.push(range);
  }
  return ranges;
}

/** The sentences of `text`, trimmed. `language` is ISO 639-1. */
export function sentences(text: string, language: string | null = null): string[] {
  return sentenceRanges(text, language).map(({ start, end }) => text.slice(start, end));
}

/** The range without white space at its ends. */
export function trimRange(text: string, start: number, end: number): TextRange {
  let from = start;
  let to = end;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return { start: from, end: to };
}

/** Whether a UTF-16 unit is white space. */
export const isSpace = (code: number): boolean =>
  code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0 || code === 0xfeff || /\s/u.test(String.fromCharCode(code));
