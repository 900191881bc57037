/** The text of charts and diagrams (SmartArt), which are parts of their own (ECMA-376 part 1, section 21). */
import type { Paragraph } from '../../document.ts';
import { list, prose, table } from '../blocks.ts';
import { child, childrenNamed, descendants, textOf } from './elements.ts';
import type { OfficePackage } from './package.ts';
import { parseXml, type XmlElement } from './xml.ts';

const TEXT_BOX = 'w:txbxContent';

/** The blocks of the charts and diagrams in a drawing of `part`, without those in its text boxes. */
export function graphicBlocks(office: OfficePackage, part: string, drawing: XmlElement): Paragraph[] {
  const partOf = (id: string | undefined) => {
    const target = office.relationships(part).find((relationship) => relationship.id === id && !relationship.external)?.target;
    const bytes = target === undefined ? undefined : office.part(target);
    return bytes && parseXml(bytes);
  };
  return [
    ...descendants(drawing, 'c:chart', TEXT_BOX).flatMap(({ attributes }) => chartBlocks(partOf(attributes['r:id']))),
    ...descendants(drawing, 'dgm:relIds', TEXT_BOX).flatMap(({ attributes }) => diagramBlocks(partOf(attributes['r:dm']))),
  ];
}

/** The title, and a table with a row for each category and a column for each series. */
function chartBlocks(root: XmlElement | undefined): Paragraph[] {
  const chart = child(root, 'c:chart');
  const series = descendants(child(chart, 'c:plotArea'), 'c:ser');
  const names = series.map((one) => points(child(one, 'c:tx')).get(0) ?? '');
  const categories =
    series.map((one) => points(child(one, 'c:cat') ?? child(one, 'c:xVal'))).find(({ size }) => size > 0) ?? new Map();
  const values = series.map((one) => points(child(one, 'c:val') ?? child(one, 'c:yVal')));
  const rows = new Set([...categories.keys(), ...values.flatMap((own) => [...own.keys()])]);
  return [
    prose(drawingText(child(chart, 'c:title'))),
    table([
      ['', ...names],
      ...[...rows].sort((a, b) => a - b).map((row) => [categories.get(row) ?? '', ...values.map((own) => own.get(row) ?? '')]),
    ]),
  ];
}

/** The values that a chart keeps of its data, by index. */
function points(data: XmlElement | undefined): Map<number, string> {
  const found = descendants(data, 'c:pt').map((point): [number, string] => [
    Number(point.attributes.idx ?? 0),
    textOf(child(point, 'c:v')),
  ]);
  return found.length === 0 && child(data, 'c:v') ? new Map([[0, textOf(child(data, 'c:v'))]]) : new Map(found);
}

const diagramBlocks = (root: XmlElement | undefined): Paragraph[] => [
  list(childrenNamed(child(root, 'dgm:ptLst'), 'dgm:pt').map((point) => drawingText(child(point, 'dgm:t')))),
];

/** The text of DrawingML paragraphs on one line. */
const drawingText = (element: XmlElement | undefined): string =>
  descendants(element, 'a:p')
    .map((paragraph) => descendants(paragraph, 'a:t').map(textOf).join(''))
    .join(' ')
    .trim();
