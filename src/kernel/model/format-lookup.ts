/** Finds formats by media type and file name, and lists them for messages and headers. */
import { MEDIA_TYPE } from './content-type.ts';
import type { FormatDefinition } from './format-definition.ts';
import { FORMATS, type Format } from './formats.ts';

export const FORMAT_NAMES = Object.keys(FORMATS) as Format[];

export const definitionOf = (format: Format): FormatDefinition => FORMATS[format];

const index = (keysOf: (definition: FormatDefinition) => readonly string[]): ReadonlyMap<string, Format> =>
  new Map(FORMAT_NAMES.flatMap((name) => keysOf(FORMATS[name]).map((key): [string, Format] => [key, name])));
const BY_MEDIA_TYPE = index(({ mediaType, aliases }) => [mediaType, ...aliases]);
const BY_EXTENSION = index(({ extensions }) => extensions);

const list = (items: readonly string[]) => items.join(', ').replace(/, ([^,]*)$/, ' and $1');

/** `HTML, Markdown and plain text`. */
export const SUPPORTED_FORMATS = list(FORMAT_NAMES.map((name) => FORMATS[name].label));
/** Every extension, without the dot. */
export const ALL_EXTENSIONS: readonly string[] = [...BY_EXTENSION.keys()];
/** The `Accept` header of a fetch: the formats, and anything else as a last choice. */
export const ACCEPT = [...FORMAT_NAMES.flatMap((name) => definitionOf(name).accept ?? []), '*/*;q=0.1'].join(',');
/** The largest document of any format. */
export const MAX_DOCUMENT_BYTES = Math.max(...FORMAT_NAMES.map((name) => FORMATS[name].maxMegabytes)) * 1024 * 1024;

/** The format of a media type in lower case, without parameters; undefined where it is that of no format. */
export const formatOfMediaType = (mediaType: string): Format | undefined => BY_MEDIA_TYPE.get(mediaType);

/** The media types that a filter means by the name of a format, or by one of its media types; undefined for neither. */
export function mediaTypesNamed(name: string): readonly string[] | undefined {
  const given = name.toLowerCase();
  const format = FORMAT_NAMES.find((one) => one === given) ?? formatOfMediaType(given);
  if (format) return [definitionOf(format).mediaType, ...definitionOf(format).aliases];
  return MEDIA_TYPE.test(given) ? [given] : undefined;
}

/** The format that the extension of a file name or URL path stands for; undefined where it stands for none. */
export function formatOfFilename(name: string): Format | undefined {
  return BY_EXTENSION.get(/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '');
}
