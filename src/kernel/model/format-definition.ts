/** What `formats.ts` says of a document format. */

/** Bytes that a file has at a place. */
export interface Magic {
  /** As Latin-1. */
  readonly bytes: string;
  /** Where they begin; 0 if absent. */
  readonly offset?: number;
  /** In a file that is not text they may begin at any place before this one. */
  readonly before?: number;
}

/** A ZIP archive of the format has one of these. */
export interface ZipContent {
  /** The beginning of what its entry named `mimetype` holds. */
  readonly mimetype?: string;
  /** The beginning of an entry's name. */
  readonly entry?: string;
  /** An entry by which it is known if its type or its name says the format, too. */
  readonly part?: string;
}

export interface FormatDefinition {
  /** The format's name in a message. */
  readonly label: string;
  /** The registered media type, which stored resources carry. */
  readonly mediaType: string;
  /** Other media types for the same format. */
  readonly aliases: readonly string[];
  /** File name extensions, lower case, without the dot. */
  readonly extensions: readonly string[];
  /** What its bytes are: `text` is decoded by charset before it is read. */
  readonly bytes: 'text' | 'binary';
  /** A larger document is refused. */
  readonly maxMegabytes: number;
  /** The format's part of the `Accept` header of a fetch (RFC 9110 section 12.5.1); absent if it is not asked for. */
  readonly accept?: string;
  /** Bytes by which it is known for sure, whatever type was declared. */
  readonly magic?: readonly Magic[];
  readonly zip?: ZipContent;
  /** Matches the first 4,096 characters of a text in this format whose declared type tells less. Linear in time. */
  readonly looksLike?: RegExp;
  /** A format by whose media type this one is often declared: its name or its text then decides. */
  readonly refines?: string;
}

export const defineFormats = <Name extends string>(formats: Readonly<Record<Name, FormatDefinition>>) => formats;
