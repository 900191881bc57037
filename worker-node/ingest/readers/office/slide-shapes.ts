/** Reads the shapes of slides and of their notes (ECMA-376 part 1, section 19.3). */
import type { Paragraph } from '../../document.ts';
import { prose, table } from '../blocks.ts';
import { child, childrenNamed, descendants, elementsOf } from './elements.ts';
import { graphicBlocks } from './graphics.ts';
import type { OfficePackage } from './package.ts';
import { ownDescription } from './properties.ts';
import { readTextBody, readTextParagraph, type TargetOf } from './slide-text.ts';
import { parseXml, type XmlElement } from './xml.ts';

export interface Slide {
  /** On one line; empty for a slide without one. */
  readonly title: string;
  /** Whether the title is that of the presentation, as on a title slide. */
  readonly isTitleSlide: boolean;
  readonly blocks: readonly Paragraph[];
  readonly notes: readonly Paragraph[];
}

const TITLE = /^(?:title|ctrTitle)$/;
/** Placeholders whose text is the same on every slide. */
const REPEATED = /^(?:sldNum|dt|ftr|hdr|sldImg)$/;
const MAIN_TEXT = /^(?:body|obj)$/;

/** Throws what `openPackage` throws. A slide that is missing is empty. */
export function readSlide(office: OfficePackage, part: string): Slide {
  const tree = shapeTree(office.part(part));
  const target = targetsOf(office, part);
  const shapes = tree ? shapesIn(tree) : [];
  const titles = shapes.filter((shape) => TITLE.test(placeholderOf(shape) ?? ''));
  const notes = office.related(part, 'notesSlide');
  return {
    title: titles
      .map((shape) => textLine(shape, target))
      .join(' ')
      .trim(),
    isTitleSlide: titles.some((shape) => placeholderOf(shape) === 'ctrTitle'),
    blocks: shapes.filter((shape) => !titles.includes(shape)).flatMap((shape) => shapeBlocks(office, part, shape, target)),
    notes: notes ? readNotes(notes.bytes, targetsOf(office, notes.name)) : [],
  };
}

const shapeTree = (bytes: Uint8Array | undefined) => child(bytes && parseXml(bytes), 'p:cSld', 'p:spTree');

function targetsOf(office: OfficePackage, part: string): TargetOf {
  const external = new Map(office.relationships(part).flatMap(({ id, target, external }) => (external ? [[id, target]] : [])));
  return (id) => external.get(id ?? '');
}

/** The shapes of a tree, those of groups too. */
const shapesIn = (tree: XmlElement): XmlElement[] =>
  elementsOf(tree).flatMap((shape) => (shape.name === 'p:grpSp' ? shapesIn(shape) : [shape]));

/** The type of the placeholder that a shape fills; undefined for another shape. */
function placeholderOf(shape: XmlElement): string | undefined {
  const holder = elementsOf(shape).find(({ name }) => /^p:nv\w+Pr$/.test(name));
  const placeholder = child(holder, 'p:nvPr', 'p:ph');
  return placeholder && (placeholder.attributes.type ?? 'obj');
}

const textLine = (shape: XmlElement, target: TargetOf) =>
  childrenNamed(child(shape, 'p:txBody'), 'a:p')
    .map((paragraph) => readTextParagraph(paragraph, target).text.replaceAll('\n', ' '))
    .join(' ')
    .trim();

function shapeBlocks(office: OfficePackage, part: string, shape: XmlElement, target: TargetOf): Paragraph[] {
  const placeholder = placeholderOf(shape);
  if (placeholder !== undefined && REPEATED.test(placeholder)) return [];
  switch (shape.name) {
    case 'p:sp':
      return readTextBody(child(shape, 'p:txBody'), target, MAIN_TEXT.test(placeholder ?? ''));
    case 'p:graphicFrame':
      return [...descendants(shape, 'a:tbl').map((element) => readTable(element, target)), ...graphicBlocks(office, part, shape)];
    case 'p:pic':
      return [prose(ownDescription(child(shape, 'p:nvPicPr', 'p:cNvPr')?.attributes.descr))];
    default:
      return [];
  }
}

function readTable(element: XmlElement, target: TargetOf): Paragraph {
  const rows = childrenNamed(element, 'a:tr').map((row) =>
    childrenNamed(row, 'a:tc').map((cell) => {
      const contents = childrenNamed(child(cell, 'a:txBody'), 'a:p').map((paragraph) => readTextParagraph(paragraph, target));
      const filled = contents.filter(({ text }) => text !== '');
      return filled.length === 1 && filled[0] ? filled[0] : filled.map(({ text }) => text).join(' ');
    }),
  );
  const { firstRow } = child(element, 'a:tblPr')?.attributes ?? {};
  return table(rows, { header: rows.length > 1 && (firstRow === '1' || firstRow === 'true') });
}

function readNotes(bytes: Uint8Array, target: TargetOf): Paragraph[] {
  const tree = shapeTree(bytes);
  const body = tree ? shapesIn(tree).filter((shape) => placeholderOf(shape) === 'body') : [];
  return body.flatMap((shape) => readTextBody(child(shape, 'p:txBody'), target, false));
}
