/**
 * Reads XML. Feeds have a reader of their own. A document, in which text and elements are mixed, becomes headings and
 * paragraphs, whatever its vocabulary; anything else is data, and becomes an outline.
 */
import { createSectionBuilder, EMPTY_METADATA, type ParsedDocument } from '../document.ts';
import type { DataMember, DataNode } from './data-tree.ts';
import { scalar } from './data-tree.ts';
import { decodeInput } from './decode-input.ts';
import { isFeed, readFeed } from './feed.ts';
import { readHtml } from './html.ts';
import { outlineOf } from './json.ts';
import { removeControlCharacters } from './normalise.ts';
import type { Reader } from './reader.ts';
import { readVerbatim } from './verbatim.ts';
import { writeXmlDocument } from './xml-document.ts';
import { elementsOf, parseXml, textOf, type XmlElement } from './xml-tree.ts';

export const read: Reader = (input) => readXml(decodeInput(input, { html: true }), input.url);

export function readXml(source: string, url: string | null = null): ParsedDocument {
  const root = parseXml(removeControlCharacters(source));
  if (root === null) return readVerbatim(source, 'xml');
  if (isFeed(root)) return readFeed(root, url);
  if (root.name === 'html') return readHtml(source, url);
  if (!isMostlyMixed(root)) return outlineOf(dataOf(root));
  const sections = createSectionBuilder();
  const title = writeXmlDocument(sections, root);
  return { sections: sections.finish(), metadata: { ...EMPTY_METADATA, title } };
}

/** Whether a fifth of the text stands beside elements. */
function isMostlyMixed(root: XmlElement): boolean {
  let mixed = 0;
  let all = 0;
  const visit = (element: XmlElement): void => {
    const own = element.children.reduce((sum, child) => sum + (typeof child === 'string' ? child.trim().length : 0), 0);
    all += own;
    if (own > 0 && element.children.some((child) => typeof child !== 'string')) mixed += own;
    elementsOf(element).forEach(visit);
  };
  visit(root);
  return mixed * 5 > all;
}

/** Attributes and elements as members; elements of one name that follow one another are a list. */
function dataOf(element: XmlElement): DataNode {
  const children = elementsOf(element);
  const text = children.length === 0 ? trimmedText(element) : textBeside(element);
  // Paths of drawings are numbers.
  const attributes = element.name === 'svg' || element.attributes.has('d') ? [] : [...element.attributes];
  if (children.length === 0 && attributes.length === 0) return scalar(text);
  const members: DataMember[] = attributes.map(([name, value]) => ({ name, value: scalar(value) }));
  if (text !== '') members.push({ name: 'text', value: scalar(text) });
  for (let start = 0; start < children.length; ) {
    const name = children[start]?.name ?? '';
    let end = start + 1;
    while (children[end]?.name === name) end++;
    const values = children.slice(start, end).map(dataOf);
    const [only] = values;
    members.push({ name, value: values.length === 1 && only ? only : { kind: 'list', items: values } });
    start = end;
  }
  return { kind: 'map', members };
}

/** Without the indentation of its lines. */
const trimmedText = (element: XmlElement) =>
  element.children
    .filter((child) => typeof child === 'string')
    .join('')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .trim();

const textBeside = (element: XmlElement) =>
  textOf({ ...element, children: element.children.filter((child) => typeof child === 'string') });
