/**
 * Detects the format of a document, for the API and the worker alike, so that the same bytes are read alike by every way in.
 * In this order: bytes that tell for sure, the declared type, the name, what a text looks like; other text is plain text.
 */
import { isMarkedUtf16 } from '../core/byte-order-mark.ts';
import { zipEntryNames, zipMimetype } from '../core/zip-entries.ts';
import type { ContentType } from './content-type.ts';
import type { Magic } from './format-definition.ts';
import { definitionOf, FORMAT_NAMES, formatOfFilename, formatOfMediaType, SUPPORTED_FORMATS } from './format-lookup.ts';
import type { Format } from './formats.ts';
import { UNREADABLE_KINDS, type UnreadableKind } from './unreadable-kinds.ts';

export type DetectedFormat =
  | { readonly format: Format }
  /** A sentence about the document, and what to do. */
  | { readonly refusal: string };

export interface FormatClaims {
  readonly declared: ContentType;
  /** The file name or the URL's path; empty without one. */
  readonly name: string;
}

const HEAD_BYTES = 4_096;
const SAMPLE_BYTES = 65_536;
/** About one random byte in nine is a control character; text has almost none. */
const MAX_CONTROL_SHARE = 0.05;
/** A page may hold a stray NUL; files of other kinds are full of them. */
const MAX_NUL_SHARE = 0.001;
const ZIP = 'PK\x03\x04';

export function detectFormat(bytes: Uint8Array, { declared, name }: FormatClaims): DetectedFormat {
  const head = latin1(bytes.subarray(0, HEAD_BYTES));
  const isText = isTextual(bytes, declared);
  const certain = formatByMagic(head, isText);
  if (certain) return within(bytes, certain);
  const claimed = [formatOfMediaType(declared.mediaType), formatOfFilename(name)] as const;
  if (head.startsWith(ZIP)) {
    const inZip = formatOfZip(bytes) ?? claimed.find((format) => format && mayBeZip(format, zipEntryNames(bytes)));
    if (inZip) return within(bytes, inZip);
  }
  const unreadable = unreadableKind(head, isText);
  if (unreadable) return { refusal: `This is ${unreadable.label}, which cannot be read; ${unreadable.advice}` };
  if (isText) return within(bytes, textFormat(head, ...claimed));
  const binary = claimed.find((format) => format && definitionOf(format).bytes === 'binary' && !isZip(format));
  if (binary) return within(bytes, binary);
  return { refusal: `This is neither text nor in another format that is read, which are ${SUPPORTED_FORMATS}` };
}

/** What a file is that holds no document, whatever version of Pharos reads it: a program, a picture, a recording, an archive. */
export function noDocument(bytes: Uint8Array): UnreadableKind | undefined {
  const head = latin1(bytes.subarray(0, HEAD_BYTES));
  const kind = unreadableKind(head, isTextual(bytes, { mediaType: '', charset: null }));
  return kind?.mayBecomeReadable ? undefined : kind;
}

const unreadableKind = (head: string, isText: boolean) =>
  UNREADABLE_KINDS.find(({ magic }) => magic.some((one) => (!isText || !isPrintable(one.bytes)) && hasMagic(head, one)));

/** The format, unless the document is larger than it may be. */
function within(bytes: Uint8Array, format: Format): DetectedFormat {
  const { label, maxMegabytes } = definitionOf(format);
  if (bytes.byteLength <= maxMegabytes * 1024 * 1024) return { format };
  return { refusal: `Documents in ${label} are read up to ${maxMegabytes} MB; send it in parts` };
}

function formatByMagic(head: string, isText: boolean): Format | undefined {
  const has = (format: Format, search: boolean) =>
    definitionOf(format).magic?.some((magic) => (search ? hasMagicBefore(head, magic) : hasMagic(head, magic))) === true;
  return FORMAT_NAMES.find((name) => has(name, false)) ?? (isText ? undefined : FORMAT_NAMES.find((name) => has(name, true)));
}

const hasMagic = (head: string, { bytes, offset = 0 }: Magic) => head.startsWith(bytes, offset);

function hasMagicBefore(head: string, { bytes, before = 0 }: Magic): boolean {
  return before > 0 && head.slice(0, before + bytes.length).includes(bytes);
}

const isZip = (format: Format) => definitionOf(format).zip !== undefined;

/** Whether an archive that is claimed to be in the format may be. Programs that pack files again compress `mimetype`, too. */
function mayBeZip(format: Format, names: readonly string[] | undefined): boolean {
  const { part } = definitionOf(format).zip ?? {};
  return isZip(format) && (names === undefined || (part !== undefined && names.includes(part)));
}

function formatOfZip(archive: Uint8Array): Format | undefined {
  const type = zipMimetype(archive);
  const names = zipEntryNames(archive) ?? [];
  return FORMAT_NAMES.find((name) => {
    const { mimetype, entry } = definitionOf(name).zip ?? {};
    if (mimetype !== undefined && type.startsWith(mimetype)) return true;
    return entry !== undefined && names.some((one) => one.startsWith(entry));
  });
}

/** Of a text: the more telling of the declared type and the name, and where neither tells, what it looks like. */
function textFormat(head: string, byType: Format | undefined, byName: Format | undefined): Format {
  const type = textOnly(byType);
  const name = textOnly(byName);
  const refined = (general: Format | undefined) => {
    const refines = (format: Format | undefined) =>
      format !== undefined && general !== undefined && definitionOf(format).refines === general;
    if (refines(name)) return name;
    return FORMAT_NAMES.find((format) => refines(format) && definitionOf(format).looksLike?.test(head)) ?? general;
  };
  const looks = () => FORMAT_NAMES.find((format) => definitionOf(format).looksLike?.test(head));
  // Servers and browsers declare text/plain for what they do not know.
  if (type !== undefined && type !== 'text') return refined(type) ?? type;
  // The address of a page may end like a file name.
  const isPage = type === undefined && (name === 'markdown' || name === 'text') && looks() === 'html';
  const found = isPage ? 'html' : (name ?? type ?? looks() ?? 'text');
  return refined(found) ?? found;
}

const textOnly = (format: Format | undefined) => (format && definitionOf(format).bytes === 'text' ? format : undefined);

const latin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes);
const isPrintable = (bytes: string) => /^[\t\n\r\x20-\x7e]*$/.test(bytes);

/** UTF-16 that says so counts as text although every second byte may be NUL. */
function isTextual(bytes: Uint8Array, { charset }: ContentType): boolean {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  if (isMarkedUtf16(sample) || /^(?:utf-?16|ucs-?2|unicode$|csunicode)/.test(charset ?? '')) return true;
  let controls = 0;
  let nuls = 0;
  for (const byte of sample) {
    if (byte === 0) nuls++;
    if (byte < 8 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127) controls++;
  }
  return controls <= sample.length * MAX_CONTROL_SHARE && nuls <= sample.length * MAX_NUL_SHARE;
}
