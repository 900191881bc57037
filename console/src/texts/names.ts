/** Names of media types, languages and days as people say them. */

export const names = { uncategorised: 'Uncategorised' };

/** Short names of formats; another media type is shown by its last part. */
const TYPES: Readonly<Record<string, string>> = {
  'application/pdf': 'PDF',
  'text/html': 'HTML',
  'application/xhtml+xml': 'HTML',
  'text/markdown': 'MD',
  'text/plain': 'Text',
  'text/csv': 'CSV',
  'application/json': 'JSON',
  'application/rtf': 'RTF',
  'application/epub+zip': 'EPUB',
  'message/rfc822': 'Mail',
  'text/x-source': 'Code',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'DOCX',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'XLSX',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'PPTX',
  'application/vnd.oasis.opendocument.text': 'ODT',
  'application/vnd.oasis.opendocument.spreadsheet': 'ODS',
  'application/vnd.oasis.opendocument.presentation': 'ODP',
};

const LONGEST_TYPE = 8;

export function typeName(mediaType: string | undefined): string | undefined {
  if (mediaType === undefined) return undefined;
  const named = TYPES[mediaType];
  if (named !== undefined) return named;
  const last = mediaType.split('/').at(-1)?.replace(/^x-/, '') ?? mediaType;
  return last.slice(0, LONGEST_TYPE).toUpperCase();
}

const languages = new Intl.DisplayNames('en', { type: 'language' });

/** The code itself where it names no language. */
export function languageName(code: string): string {
  try {
    return languages.of(code) ?? code;
  } catch {
    return code;
  }
}

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const moment = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
const numbers = new Intl.NumberFormat('en');

export const dayOf = (instant: string): string => day.format(new Date(instant));
export const momentOf = (instant: string): string => moment.format(new Date(instant));
export const counted = (count: number): string => numbers.format(count);
