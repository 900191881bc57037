/** Sentence boundaries: Unicode's rules (UAX 29) with the mistakes they make around abbreviations put right. */

export interface TextRange {
  /** UTF-16 offsets; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Words after which a full stop seldom ends a sentence. */
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
 * The sentences of `text`, without the white space around them, in order and without overlap; every character that is
 * not white space is in one. A line break always ends a sentence: it stands between list items and table rows.
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

/** The sentences themselves. */
export function sentences(text: string, language: string | null = null): string[] {
  return sentenceRanges(text, language).map(({ start, end }) => text.slice(start, end));
}

/** The same range without the white space at its ends. */
export function trimRange(text: string, start: number, end: number): TextRange {
  let from = start;
  let to = end;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return { start: from, end: to };
}

const isSpace = (code: number) =>
  code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0 || code === 0xfeff || /\s/u.test(String.fromCharCode(code));
