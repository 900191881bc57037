/** Turns the paragraphs, lists and tables of an OpenDocument text or slide into Markdown blocks. */
import { type Plain, prose, quote, table } from '../blocks.ts';
import { singleLine } from '../normalise.ts';
import { child, childrenNamed, descendants, elementsOf, textOf } from './elements.ts';
import { type BlockOutput, createFlow, joined, noteBlock } from './flow.ts';
import type { OdfPackage } from './odf-package.ts';
import type { OdfStyles } from './odf-styles.ts';
import { isShape, type OdfContent, readOdfParagraph, verbatimOdf } from './odf-text.ts';
import { parseXml, type XmlElement } from './xml.ts';

export interface OdfBlocks {
  /** Adds a paragraph, a list, a table, a shape or what contains them. */
  add(element: XmlElement): void;
  /** Ends a list or a code block. */
  flush(): void;
  title(): string | null;
  firstHeading(): string | null;
}

interface ListState {
  readonly style: string | undefined;
  readonly level: number;
}

const MAX_HEADING = 6;
const MAX_SPAN = 63;
/** Elements whose content is not part of the text. A table of contents repeats the headings. */
const LEFT_OUT = new Set([
  'text:table-of-content',
  'text:tracked-changes',
  'office:forms',
  'office:annotation',
  'presentation:notes',
  'office:event-listeners',
  'svg:title',
  'svg:desc',
  'draw:glue-point',
  'draw:image',
  'draw:object',
  'draw:object-ole',
  'draw:plugin',
  'table:shapes',
]);

export function createOdfBlocks(odf: OdfPackage, styles: OdfStyles, output: BlockOutput): OdfBlocks {
  const flow = createFlow(output);
  let labels = 0;
  let title: string | null = null;
  let firstHeading: string | null = null;
  /** The last number of each list style, for lists that continue. */
  const lastNumbers = new Map<string, number>();
  const options = {
    nextLabel: () => String(++labels),
    formula: (object: XmlElement) => formulaOf(odf, object),
    scriptOf: styles.scriptOf,
  };
  const readParagraph = (element: XmlElement) => readOdfParagraph(element, options);

  function addParagraph(element: XmlElement): void {
    const role = styles.roleOf(element.attributes['text:style-name']);
    const content = readParagraph(element);
    const { text, links } = content;
    if (element.name === 'text:h' || role === 'title') {
      const level = Number(element.attributes['text:outline-level'] ?? 1) || 1;
      addHeading(content, role === 'title', role === 'title' ? 1 : level);
    } else if (role === 'code' && content.frames.length === 0) flow.codeLine(verbatimOdf(element));
    else if (text !== '') flow.paragraph(role === 'quote' ? quote(prose(text, links)) : prose(text, links));
    addAnchored(content);
  }

  function addHeading({ text, links }: OdfContent, isTitle: boolean, level: number): void {
    if (text === '') return;
    if (isTitle) title ??= singleLine(text);
    else firstHeading ??= singleLine(text);
    flow.heading(Math.min(MAX_HEADING, Math.max(1, level)), prose(text, links));
  }

  function addAnchored({ frames, notes }: OdfContent): void {
    for (const { label, body } of notes) flow.note(noteBlock(label, joined(paragraphsIn(body).map(readParagraph))));
    for (const frame of frames) addAll(frame);
  }

  function addAll(element: XmlElement): void {
    for (const inner of elementsOf(element)) add(inner);
  }

  function addList(element: XmlElement, outer?: ListState): void {
    const style = element.attributes['text:style-name'] ?? outer?.style;
    const level = outer ? outer.level + 1 : 0;
    const numbered = styles.isNumbered(style, level);
    const key = `${style} ${level}`;
    const continues = element.attributes['text:continue-numbering'] === 'true' || 'text:continue-list' in element.attributes;
    let number = continues ? (lastNumbers.get(key) ?? 0) : 0;
    for (const item of elementsOf(element)) {
      if (item.name !== 'text:list-item' && item.name !== 'text:list-header') continue;
      if (item.name === 'text:list-item') number = Number(item.attributes['text:start-value'] ?? number + 1) || number + 1;
      addItem(item, { style, level }, numbered && item.name === 'text:list-item' ? { number } : {});
    }
    lastNumbers.set(key, number);
  }

  /** Paragraphs of an item are its text; lists in it are deeper, and headings in it are headings. */
  function addItem(item: XmlElement, state: ListState, marker: { readonly number?: number }): void {
    let contents: OdfContent[] = [];
    const flushItem = () => {
      const content = joined(contents);
      if (content.text !== '') flow.item({ content, depth: state.level, ...marker });
      const anchored = contents;
      contents = [];
      anchored.forEach(addAnchored);
    };
    for (const inner of elementsOf(item)) {
      if (inner.name === 'text:p') contents.push(readParagraph(inner));
      else {
        flushItem();
        if (inner.name === 'text:list') addList(inner, state);
        else add(inner);
      }
    }
    flushItem();
  }

  function addTable(element: XmlElement): void {
    const rows = rowsOf(element);
    // A table of one column arranges the page; it has no columns to name.
    if (rows.every((row) => cellsOf(row).length <= 1)) {
      flow.flush();
      for (const row of rows) cellsOf(row).forEach(addAll);
      flow.flush();
      return;
    }
    const contents: OdfContent[] = [];
    const cells = rows.map((row) =>
      cellsOf(row).flatMap((cell): Plain[] => {
        const own = paragraphsIn(cell).map(readParagraph);
        contents.push(...own);
        const repeated = Math.min(MAX_SPAN, Number(cell.attributes['table:number-columns-repeated'] ?? 1) || 1);
        return Array.from({ length: repeated }, () => joined(own));
      }),
    );
    flow.paragraph(table(cells, { header: rows.length > 1 }));
    contents.forEach(addAnchored);
  }

  function add(element: XmlElement): void {
    if (LEFT_OUT.has(element.name)) return;
    switch (element.name) {
      case 'text:p':
      case 'text:h':
        addParagraph(element);
        break;
      case 'text:list':
        addList(element);
        break;
      case 'table:table':
        addTable(element);
        break;
      default:
        if (isShape(element) && child(element, 'draw:image')) {
          const description = readParagraph({ ...element, name: 'text:p', children: [element] });
          if (description.text !== '') flow.paragraph(prose(description.text));
        }
        addAll(element);
    }
  }

  return { add, flush: flow.flush, title: () => title, firstHeading: () => firstHeading };
}

/** The paragraphs in a cell or note, those of lists and tables in it too. */
const paragraphsIn = (element: XmlElement): XmlElement[] =>
  elementsOf(element).flatMap((inner) => {
    if (inner.name === 'text:p' || inner.name === 'text:h') return [inner];
    return LEFT_OUT.has(inner.name) ? [] : paragraphsIn(inner);
  });

const ROW_GROUPS = new Set(['table:table-header-rows', 'table:table-rows', 'table:table-row-group']);

const rowsOf = (element: XmlElement): XmlElement[] =>
  elementsOf(element).flatMap((inner) =>
    inner.name === 'table:table-row' ? [inner] : ROW_GROUPS.has(inner.name) ? rowsOf(inner) : [],
  );

/** The cells of a row; those that another one covers are empty. */
const cellsOf = (row: XmlElement): XmlElement[] =>
  elementsOf(row).flatMap((cell) => {
    if (cell.name === 'table:table-cell') return [cell];
    return cell.name === 'table:covered-table-cell' ? [{ ...cell, children: [] }] : [];
  });

/** The text of an embedded formula of MathML; empty for another object. */
function formulaOf(odf: OdfPackage, object: XmlElement): string {
  const inline = descendants(object, 'math:math')[0];
  const name = (object.attributes['xlink:href'] ?? '').replace(/^\.\//, '');
  const part = inline || name === '' || name.includes(':') ? undefined : odf.part(`${name}/content.xml`);
  const root = inline ?? (part && parseXml(part));
  if (root?.name !== 'math:math') return '';
  const [shown] = childrenNamed(root, 'math:semantics').flatMap(elementsOf);
  return textOf(shown ?? root).replace(/\s+/g, ' ');
}
