/** Reads RSS and Atom: an entry is a heading with its date, author and address, and its text is read as HTML. */
import type { ParsedDocument } from '../document.ts';
import { normaliseDate } from './dates.ts';
import { type FeedEntry, writeFeed } from './feed-entries.ts';
import { childNamed, elementsOf, rawText, textOf, type XmlElement } from './xml-tree.ts';

export function isFeed({ name, children }: XmlElement): boolean {
  const holds = (wanted: string) => children.some((child) => typeof child !== 'string' && child.name === wanted);
  return (name === 'rss' && holds('channel')) || (name === 'RDF' && holds('channel')) || name === 'feed';
}

export function readFeed(root: XmlElement, url: string | null): ParsedDocument {
  const channel = root.name === 'feed' ? root : (childNamed(root, 'channel') ?? root);
  const entries = [...elementsOf(channel), ...(channel === root ? [] : elementsOf(root))].filter(
    ({ name }) => name === 'item' || name === 'entry',
  );
  return writeFeed(
    {
      title: plainText(childNamed(channel, 'title')),
      description: plainText(childNamed(channel, 'subtitle', 'description', 'tagline')),
      language: textOf(childNamed(channel, 'language')) || (root.attributes.get('lang') ?? null),
      authors: authorsOf(channel),
      entries: entries.map(entryOf),
    },
    url,
  );
}

function entryOf(entry: XmlElement): FeedEntry {
  const date = textOf(childNamed(entry, 'published', 'pubDate', 'issued', 'date', 'updated', 'modified'));
  // The text of an extension comes last: `media:description` beside `description`.
  const contents = ['encoded', 'content', 'description', 'summary'].map((name) =>
    elementsOf(entry).find((child) => child.name === name && hasText(child)),
  );
  return {
    title: plainText(childNamed(entry, 'title')),
    url: addressOf(entry),
    date: normaliseDate(date),
    authors: authorsOf(entry),
    html: htmlOf(contents.find((content) => content !== undefined)),
  };
}

const hasText = (element: XmlElement) => rawText(element).trim() !== '';

/** The alternate link, or an identifier that is an address. */
function addressOf(entry: XmlElement): string | null {
  const links = elementsOf(entry).filter(({ name }) => name === 'link');
  const alternate = links.find(({ attributes }) => (attributes.get('rel') ?? 'alternate') === 'alternate');
  const address = alternate?.attributes.get('href') ?? textOf(alternate);
  const found = [address, textOf(childNamed(entry, 'guid', 'id'))].find((text) => /^https?:\/\//i.test(text));
  return found ?? null;
}

const authorsOf = (element: XmlElement): string[] =>
  elementsOf(element)
    .filter(({ name }) => name === 'author' || name === 'creator')
    .map((author) => textOf(childNamed(author, 'name') ?? author))
    .filter((name) => name !== '');

/** Content as HTML: escaped, in CDATA, or as elements (`type="xhtml"`). */
function htmlOf(element: XmlElement | undefined): string {
  if (!element) return '';
  if (element.attributes.get('type') === 'text') return escapeHtml(rawText(element));
  return elementsOf(element).length === 0 ? rawText(element) : serialise(element);
}

function serialise(element: XmlElement): string {
  const parts = element.children.map((child) => {
    if (typeof child === 'string') return escapeHtml(child);
    const href = child.attributes.get('href');
    return `<${child.name}${href === undefined ? '' : ` href="${escapeHtml(href)}"`}>${serialise(child)}</${child.name}>`;
  });
  return parts.join('');
}

const escapeHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Titles may hold escaped markup. */
function plainText(element: XmlElement | undefined): string | null {
  const text = textOf(element)
    .replace(/<\/?[a-zA-Z][^<>]{0,200}>/g, '')
    .replaceAll('&amp;', '&')
    .replaceAll('&quot;', '"');
  return text.trim() === '' ? null : text.trim();
}
