/** Reads e-books in EPUB: the chapters in the order of the spine, each read as HTML, with the book's metadata. */
import { StageError } from '../../../src/kernel/core/errors.ts';
import { findDoi } from '../../../src/services/resources/identifiers.ts';
import { decodeText } from '../charset.ts';
import {
  createSectionBuilder,
  type DocumentMetadata,
  EMPTY_METADATA,
  MAX_URL_CHARACTERS,
  type ParsedDocument,
  type Section,
} from '../document.ts';
import { entryName, openZip, type ZipArchive } from '../zip.ts';
import { prose } from './blocks.ts';
import { normaliseDate } from './dates.ts';
import { readBlocks } from './html-blocks.ts';
import { parseHtml } from './html-document.ts';
import { languageTag, singleLine } from './normalise.ts';
import { childrenNamed, descendants, textOf } from './office/elements.ts';
import { parseXml, type XmlElement } from './office/xml.ts';
import type { ReaderInput } from './reader.ts';

const CONTAINER = 'META-INF/container.xml';
const ENCRYPTION = 'META-INF/encryption.xml';
const CHAPTER_TYPES = new Set(['application/xhtml+xml', 'text/html', 'text/x-oeb1-document', 'application/x-dtbook+xml']);
/** They hide fonts only, which are not read. */
const FONT_ALGORITHMS = new Set(['http://www.idpf.org/2008/embedding', 'http://ns.adobe.com/pdf/enc#RC']);

export function read({ bytes }: ReaderInput): ParsedDocument {
  const archive = openZip(bytes);
  if (isProtected(archive))
    throw refusal('The e-book is protected against copying (DRM) and cannot be read; send a copy without');
  const { path, root } = packageOf(archive);
  const metadata = metadataOf(root);
  const chapters = chaptersOf(path, root);
  const titles = tableOfContents(archive, path, root);
  const builder = createSectionBuilder();
  let found = 0;
  for (const chapter of chapters) {
    const content = archive.read(chapter);
    if (!content) continue;
    found++;
    addChapter(builder, content, titles.get(chapter));
  }
  const sections = builder.finish();
  if (found === 0) throw refusal('The e-book is damaged: none of its chapters is in the file');
  if (sections.length === 0) throw refusal('The e-book has no text: its pages are pictures');
  return { sections, metadata: { ...metadata, title: metadata.title ?? onlyTopHeading(sections) } };
}

/** A book of one part is named by the heading of that part. */
function onlyTopHeading(sections: readonly Section[]): string | null {
  const top = sections.filter(({ heading, headingPath }) => heading !== null && headingPath.length === 1);
  return top.length === 1 ? singleLine(top[0]?.headingPath[0]) : null;
}

/** Whether more than fonts is encrypted. */
function isProtected(archive: ZipArchive): boolean {
  const content = archive.read(ENCRYPTION);
  if (!content) return false;
  const methods = descendants(parseXml(content), '?:EncryptionMethod').map(({ attributes }) => attributes.Algorithm ?? '');
  return methods.some((algorithm) => !FONT_ALGORITHMS.has(algorithm));
}

function packageOf(archive: ZipArchive): { path: string; root: XmlElement } {
  const container = archive.read(CONTAINER);
  const declared = descendants(container && parseXml(container), '?:rootfile')[0]?.attributes['full-path'];
  const path = declared ?? archive.names.find((name) => name.endsWith('.opf'));
  const content = path === undefined ? undefined : archive.read(path);
  const root = content && parseXml(content);
  if (path === undefined || !root) throw refusal('The e-book is damaged: the list of its chapters is missing');
  return { path, root };
}

const itemsOf = (root: XmlElement) => descendants(root, '?:item').map(({ attributes }) => attributes);

/** The names of the chapters' entries, in reading order. */
function chaptersOf(path: string, root: XmlElement): string[] {
  const items = new Map(itemsOf(root).map((item) => [item.id ?? '', item]));
  const inOrder = descendants(root, '?:itemref').map(({ attributes }) => items.get(attributes.idref ?? ''));
  const chapters = inOrder.filter((item) => item !== undefined && CHAPTER_TYPES.has(item['media-type'] ?? ''));
  const texts = chapters.filter((item) => !isNavigation(item ?? {}));
  const names = (texts.length > 0 ? texts : chapters).map((item) => entryName(path, item?.href ?? ''));
  return [...new Set(names.filter((name) => name !== undefined))];
}

const isNavigation = ({ properties = '' }: XmlElement['attributes']) => properties.split(/\s+/).includes('nav');

/** The titles of chapters by the names of their entries, from the navigation document of EPUB 3 or the NCX of EPUB 2. */
function tableOfContents(archive: ZipArchive, path: string, root: XmlElement): ReadonlyMap<string, string> {
  const titles = new Map<string, string>();
  const item = itemsOf(root).find(isNavigation) ?? itemsOf(root).find((one) => one['media-type'] === 'application/x-dtbncx+xml');
  const name = item && entryName(path, item.href ?? '');
  const content = name === undefined ? undefined : archive.read(name);
  const contents = content && parseXml(content);
  if (name === undefined || !contents) return titles;
  function add(reference: string | undefined, label: XmlElement | undefined) {
    const chapter = entryName(name ?? '', (reference ?? '').split('#')[0] ?? '');
    const title = singleLine(textOf(label));
    if (chapter !== undefined && title !== null && !titles.has(chapter)) titles.set(chapter, title);
  }
  for (const link of descendants(contents, '?:a')) add(link.attributes.href, link);
  for (const point of pointsIn(contents))
    add(childrenNamed(point, '?:content')[0]?.attributes.src, childrenNamed(point, '?:navLabel')[0]);
  return titles;
}

/** The points of an NCX, outer ones first. */
const pointsIn = (parent: XmlElement): XmlElement[] =>
  descendants(parent, '?:navPoint').flatMap((point) => [point, ...pointsIn(point)]);

function addChapter(builder: ReturnType<typeof createSectionBuilder>, content: Uint8Array, title: string | undefined): void {
  const source = decodeText(content, { declared: null, html: true }).replaceAll('\0', '');
  const document = parseHtml(source.replace(SELF_CLOSING, closed));
  const sections = readBlocks(document.documentElement, { resolve: resolveLink, withoutBoilerplate: false });
  if (sections.length === 0) return;
  if (title !== undefined && sections.every(({ heading }) => heading === null)) builder.heading(1, prose(title));
  for (const { heading, headingPath, paragraphs } of sections) {
    if (heading) builder.heading(Math.min(6, headingPath.length), heading);
    for (const paragraph of paragraphs) builder.paragraph(paragraph);
  }
}

/** In XHTML any element may be closed at once; HTML would take what follows for its content. */
const SELF_CLOSING = /<([A-Za-z][^<>]*)\/>/g;
const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));
function closed(tag: string, inside: string): string {
  const name = /^[\w:.-]+/.exec(inside)?.[0] ?? '';
  return VOID.has(name.toLowerCase()) ? tag : `<${inside}></${name}>`;
}

/** Links between chapters lead nowhere outside of the book. */
function resolveLink(href: string): string | null {
  const url = href.length <= MAX_URL_CHARACTERS && URL.canParse(href.trim()) ? new URL(href.trim()) : null;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.href : null;
}

const MAX_AUTHORS = 50;

function metadataOf(root: XmlElement): DocumentMetadata {
  const all = (name: string) => descendants(root, name).filter((element) => textOf(element).trim() !== '');
  const first = (name: string) => singleLine(textOf(all(name)[0]));
  const roles = new Map(
    descendants(root, '?:meta')
      .filter(({ attributes }) => attributes.property === 'role')
      .map((meta) => [attributeOf(meta, 'refines'), textOf(meta).trim()]),
  );
  const roleOf = (creator: XmlElement) =>
    creator.attributes['?:role'] ?? creator.attributes.role ?? roles.get(`#${creator.attributes.id ?? ''}`) ?? 'aut';
  const authors = all('dc:creator').filter((creator) => roleOf(creator) === 'aut');
  const dates = all('dc:date');
  const published = dates.find(({ attributes }) => attributes['?:event'] === 'publication') ?? dates[0];
  const description = first('dc:description');
  return {
    ...EMPTY_METADATA,
    title: first('dc:title'),
    description: description === null ? null : withoutTags(description),
    authors: [...new Set(authors.map((author) => singleLine(textOf(author)) ?? ''))].slice(0, MAX_AUTHORS),
    publishedAt: normaliseDate(textOf(published)),
    doi:
      all('dc:identifier')
        .map((identifier) => findDoi(textOf(identifier)))
        .find((doi) => doi !== null) ?? null,
    language: languageTag(first('dc:language')),
  };
}

const attributeOf = ({ attributes }: XmlElement, name: string) => attributes[name] ?? '';

/** Shops write descriptions as HTML. */
const withoutTags = (text: string) => (/<[a-z]/i.test(text) ? singleLine(parseHtml(text).documentElement.textContent) : text);

const refusal = (message: string) => new StageError('permanent', message);
