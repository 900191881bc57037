/**
 * The document formats Pharos reads. Uploads, fetching and the worker's readers all use this table: a new format is an
 * entry here and a reader in `worker-node/ingest/readers/`.
 */

interface FormatDefinition {
  /** The format's name in a message. */
  readonly label: string;
  /** The registered media type, which stored resources carry. */
  readonly mediaType: string;
  /** Other media types for the same format. */
  readonly aliases: readonly string[];
  /** File name extensions, lower case, without the dot. */
  readonly extensions: readonly string[];
  /** What its bytes are: `text` is decoded by charset before reading, and a NUL byte in it is refused at upload. */
  readonly bytes: 'text' | 'binary';
  /** The format's part of the `Accept` header of a fetch (RFC 9110 section 12.5.1). */
  readonly accept: string;
}

const define = <Name extends string>(formats: Readonly<Record<Name, FormatDefinition>>) => formats;

export const FORMATS = define({
  html: {
    label: 'HTML',
    mediaType: 'text/html',
    aliases: ['application/xhtml+xml'],
    extensions: ['html', 'htm', 'xhtml', 'xhtm'],
    bytes: 'text',
    accept: 'text/html,application/xhtml+xml;q=0.9',
  },
  markdown: {
    label: 'Markdown',
    mediaType: 'text/markdown',
    aliases: ['text/x-markdown'],
    extensions: ['md', 'markdown', 'mdown', 'mkd'],
    bytes: 'text',
    accept: 'text/markdown;q=0.9',
  },
  text: {
    label: 'plain text',
    mediaType: 'text/plain',
    aliases: [],
    extensions: ['txt', 'text'],
    bytes: 'text',
    accept: 'text/plain;q=0.8',
  },
});

export type Format = keyof typeof FORMATS;

const NAMES = Object.keys(FORMATS) as Format[];
const index = (keysOf: (definition: FormatDefinition) => readonly string[]): ReadonlyMap<string, Format> =>
  new Map(NAMES.flatMap((name) => keysOf(FORMATS[name]).map((key): [string, Format] => [key, name])));
const BY_MEDIA_TYPE = index(({ mediaType, aliases }) => [mediaType, ...aliases]);
const BY_EXTENSION = index(({ extensions }) => extensions);

const list = (items: readonly string[]) => items.join(', ').replace(/, ([^,]*)$/, ' and $1');

/** The media types of every format, aliases too. */
export const ALL_MEDIA_TYPES = NAMES.flatMap((name) => [FORMATS[name].mediaType, ...FORMATS[name].aliases]);
/** `text/html, text/markdown and text/plain`. */
export const SUPPORTED_MEDIA_TYPES = list(NAMES.map((name) => FORMATS[name].mediaType));
/** `HTML, Markdown and plain text`. */
export const SUPPORTED_FORMATS = list(NAMES.map((name) => FORMATS[name].label));
/** The `Accept` header of a fetch: the formats, and anything else as a last choice. */
export const ACCEPT = [...NAMES.map((name) => FORMATS[name].accept), '*/*;q=0.1'].join(',');

/** The format of a media type in lower case, without parameters; undefined for one that is not supported. */
export const formatOfMediaType = (mediaType: string): Format | undefined => BY_MEDIA_TYPE.get(mediaType);

/** The format that the extension of a file name or URL path stands for; undefined where it stands for none. */
export function formatOfFilename(name: string): Format | undefined {
  return BY_EXTENSION.get(/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '');
}

export interface ContentType {
  /** Media type without parameters, lower case; empty where none was declared. */
  readonly mediaType: string;
  /** Lower case; null where none was declared. */
  readonly charset: string | null;
}

/** Splits a `Content-Type` header (RFC 9110 section 8.3.1); its other parameters are dropped. */
export function parseContentType(header: string | null): ContentType {
  const [mediaType = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.map((parameter) => /^charset\s*=\s*"?([\w.:-]+)"?$/.exec(parameter)?.[1]).find(Boolean);
  return { mediaType, charset: charset ?? null };
}
