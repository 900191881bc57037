/** Writes XML that is a document, such as DocBook, JATS or TEI: titles are headings, and the rest is known by a few names. */
import { MAX_URL_CHARACTERS, type Paragraph, type TextLink } from '../document.ts';
import { code, list, prose, table } from './blocks.ts';
import { elementsOf, rawText, textOf, type XmlElement } from './xml-tree.ts';

const names = (words: string) => new Set(words.split(' '));

const TITLES = names('title head heading article-title');
const CODE = names('programlisting screen synopsis literallayout preformat code-block pre');
const LISTS = names('itemizedlist orderedlist variablelist simplelist list ul ol');
const ROWS = names('row tr');
const TABLE_PARTS = names('thead tbody tfoot tgroup');
const MAX_LEVEL = 6;

interface Output {
  heading(level: number, content: Paragraph): void;
  paragraph(content: Paragraph): void;
}

/** The result is the first title. */
export function writeXmlDocument(output: Output, root: XmlElement): string | null {
  let title: string | null = null;

  function visit(element: XmlElement, level: number): void {
    if (TITLES.has(element.name)) {
      const text = textOf(element);
      if (text === '') return;
      title ??= text;
      output.heading(Math.min(level, MAX_LEVEL), prose(text));
    } else if (CODE.has(element.name)) output.paragraph(code(rawText(element)));
    else if (LISTS.has(element.name)) output.paragraph(list(elementsOf(element).map(textOf)));
    else if (isTable(element)) output.paragraph(table(rowsOf(element)));
    else if (isParagraph(element)) output.paragraph(paragraphOf(element));
    else {
      const inner = elementsOf(element).some(({ name }) => TITLES.has(name)) && element !== root ? level + 1 : level;
      for (const child of elementsOf(element)) visit(child, inner);
    }
  }
  visit(root, 1);
  return title;
}

/** Text of its own, or nothing but text. */
const isParagraph = ({ children }: XmlElement) =>
  children.every((child) => typeof child === 'string') ||
  children.some((child) => typeof child === 'string' && child.trim() !== '');

const isTable = (element: XmlElement) => rowElements(element).length > 1;

/** Rows directly inside, or inside the parts of a table. */
const rowElements = (element: XmlElement): XmlElement[] =>
  elementsOf(element).flatMap((child) =>
    ROWS.has(child.name) ? [child] : TABLE_PARTS.has(child.name) ? rowElements(child) : [],
  );

const rowsOf = (element: XmlElement) => rowElements(element).map((row) => elementsOf(row).map(textOf));

/** The text with its links. */
function paragraphOf(root: XmlElement): Paragraph {
  const parts: string[] = [];
  const links: TextLink[] = [];
  let length = 0;
  function append(text: string): void {
    const collapsed = text.replace(/\s+/g, ' ');
    const piece = length === 0 || parts.at(-1)?.endsWith(' ') ? collapsed.replace(/^ /, '') : collapsed;
    if (piece === '') return;
    parts.push(piece);
    length += piece.length;
  }
  function visit(element: XmlElement): void {
    const start = length;
    for (const child of element.children) {
      if (typeof child === 'string') append(child);
      else visit(child);
    }
    const url = element.attributes.get('href') ?? element.attributes.get('url') ?? '';
    if (/^https?:\/\//i.test(url) && url.length <= MAX_URL_CHARACTERS && length > start) links.push({ url, start, end: length });
  }
  visit(root);
  return prose(parts.join(''), links);
}
