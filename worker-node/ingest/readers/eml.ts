/** Reads a message of mail: its text, who wrote it to whom and when, and the names of what is attached. */
import PostalMime, { type Address, type Attachment, type Email } from 'postal-mime';
import { StageError } from '../../../src/kernel/core/errors.ts';
import { createSectionBuilder, EMPTY_METADATA, MAX_URL_CHARACTERS, type ParsedDocument, type Section } from '../document.ts';
import { list, prose, table } from './blocks.ts';
import { normaliseDate } from './dates.ts';
import { readBlocks } from './html-blocks.ts';
import { parseHtml } from './html-document.ts';
import { singleLine } from './normalise.ts';
import { readQuotedText } from './quoted-text.ts';
import type { ReaderInput } from './reader.ts';

const MAX_ATTACHED_MESSAGES = 50;
const MAX_DEPTH = 5;
const MAX_LISTED = 500;
const MAX_ADDRESSES = 100;
/** An HTML part with a smaller share of the plain part's words is a frame around a picture or a stub. */
const MIN_HTML_SHARE = 0.5;

export async function read({ bytes }: ReaderInput): Promise<ParsedDocument> {
  const message = await parse(bytes);
  const budget = { messages: MAX_ATTACHED_MESSAGES };
  const builder = createSectionBuilder();
  const hasContent = await addMessage(builder, message, { depth: 0, budget });
  if (!hasContent) throw noContent(message);
  const from = message.from ? addressesOf([message.from]) : [];
  return {
    sections: builder.finish(),
    metadata: {
      ...EMPTY_METADATA,
      title: singleLine(message.subject),
      authors: from.map(({ name, address }) => (name === '' ? address : name)).filter((author) => author !== ''),
      publishedAt: dateOf(message),
    },
  };
}

async function parse(bytes: Uint8Array): Promise<Email> {
  try {
    // Attached messages become sections of their own.
    return await PostalMime.parse(bytes, { forceRfc822Attachments: true });
  } catch {
    throw new StageError('permanent', 'The message cannot be read: its parts are nested too deeply, or its headers are too long');
  }
}

interface Nesting {
  readonly depth: number;
  readonly budget: { messages: number };
}

/** False where the message has neither a subject, nor text, nor anything attached. */
async function addMessage(builder: ReturnType<typeof createSectionBuilder>, message: Email, { depth, budget }: Nesting) {
  const sections = bodyOf(message);
  const isAttachedMessage = ({ mimeType }: Attachment) => mimeType === 'message/rfc822' && depth < MAX_DEPTH;
  const attached = message.attachments
    .filter((attachment) => isAttachedMessage(attachment))
    .slice(0, Math.max(0, budget.messages));
  budget.messages -= attached.length;
  const listed = message.attachments.filter((one) => !attached.includes(one) && (one.filename !== null || one.related !== true));
  if (sections.length + attached.length + listed.length === 0 && singleLine(message.subject) === null) return false;

  builder.paragraph(table(headerRows(message), { header: false }));
  for (const { heading, headingPath, paragraphs } of sections) {
    if (heading) builder.heading(Math.min(6, depth + headingPath.length), heading);
    for (const paragraph of paragraphs) builder.paragraph(paragraph);
  }
  if (listed.length > 0) {
    builder.heading(Math.min(6, depth + 1), prose('Attachments'));
    builder.paragraph(list(listed.slice(0, MAX_LISTED).map(describe)));
  }
  for (const { content } of attached) {
    const inner = await parse(typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content));
    builder.heading(Math.min(6, depth + 1), prose(singleLine(inner.subject) ?? 'Attached message'));
    await addMessage(builder, inner, { depth: depth + 1, budget });
  }
  return true;
}

function bodyOf({ html, text }: Email): Section[] {
  const plain = readQuotedText(text ?? '');
  const fromPlain: Section[] = plain.length === 0 ? [] : [{ headingPath: [], heading: null, paragraphs: plain }];
  if (html === undefined) return fromPlain;
  const fromHtml = readBlocks(parseHtml(html.replaceAll('\0', '')).documentElement, {
    resolve: resolveLink,
    withoutBoilerplate: false,
  });
  return lettersOf(fromHtml) >= MIN_HTML_SHARE * lettersOf(fromPlain) ? fromHtml : fromPlain;
}

function lettersOf(sections: readonly Section[]): number {
  const texts = sections.flatMap(({ heading, paragraphs }) => [heading?.text ?? '', ...paragraphs.map(({ text }) => text)]);
  return texts.reduce((sum, text) => sum + text.replace(/[^\p{L}\p{N}]/gu, '').length, 0);
}

function resolveLink(href: string): string | null {
  const url = href.length <= MAX_URL_CHARACTERS && URL.canParse(href.trim()) ? new URL(href.trim()) : null;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.href : null;
}

interface Mailbox {
  readonly name: string;
  readonly address: string;
}

const addressesOf = (addresses: readonly Address[]): Mailbox[] =>
  addresses
    .flatMap((address): Mailbox[] => (address.group ? address.group : [address]))
    .map(({ name, address }) => ({ name: singleLine(name) ?? '', address: singleLine(address) ?? '' }))
    .slice(0, MAX_ADDRESSES);

function headerRows({ from, to, cc, subject, headers }: Email): [string, string][] {
  const people = (addresses: readonly Address[]) =>
    addressesOf(addresses)
      .map(({ name, address }) => (name === '' || name === address ? address : `${name} <${address}>`))
      .join(', ');
  const rows: [string, string][] = [
    ['From', people(from ? [from] : [])],
    ['To', people(to ?? [])],
    ['Cc', people(cc ?? [])],
    ['Date', singleLine(headers.find(({ key }) => key === 'date')?.value) ?? ''],
    ['Subject', singleLine(subject) ?? ''],
  ];
  return rows.filter(([, value]) => value !== '');
}

/** Comments, such as the name of a zone behind its offset, are left out. */
function dateOf({ headers }: Email): string | null {
  const declared = headers.find(({ key }) => key === 'date')?.value;
  return declared === undefined ? null : normaliseDate(declared.replace(/\([^()]*\)/g, ''));
}

const UNITS = ['bytes', 'KB', 'MB'] as const;

function describe({ filename, mimeType, content }: Attachment): string {
  let size = typeof content === 'string' ? content.length : content.byteLength;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${singleLine(filename) ?? 'Without a name'} (${mimeType}, ${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]})`;
}

function noContent({ headers }: Email): StageError {
  const message =
    headers.length === 0
      ? 'The file is no message of mail: it has no headers'
      : 'The message has no subject, no text and nothing attached';
  return new StageError('permanent', message);
}
