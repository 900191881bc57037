/** Reads Word documents (ECMA-376 part 1, WordprocessingML), one block of the body at a time. */
import type { ParsedDocument } from '../document.ts';
import { elementsOf } from './office/elements.ts';
import { graphicBlocks } from './office/graphics.ts';
import { openPackage } from './office/package.ts';
import { createWordBlocks } from './office/word-blocks.ts';
import { readNumbering } from './office/word-numbering.ts';
import { readStyles } from './office/word-styles.ts';
import type { Note } from './office/word-text.ts';
import { parseXml, visitXml, type XmlElement } from './office/xml.ts';
import type { Reader } from './reader.ts';

export const read: Reader = ({ bytes }) => readDocx(bytes);

/** Headers, footers, comments, deletions, hidden text and a table of contents are left out. */
export function readDocx(bytes: Uint8Array): ParsedDocument {
  const office = openPackage(bytes, 'Word document');
  const { main } = office;
  const relationships = new Map(office.relationships(main).map((relationship) => [relationship.id, relationship]));
  const notes = { footnote: notesOf('footnotes', 'w:footnote'), endnote: notesOf('endnotes', 'w:endnote') };

  function notesOf(type: string, name: string): ReadonlyMap<string, XmlElement> {
    const part = office.related(main, type);
    const root = part && parseXml(part.bytes);
    const own = root ? elementsOf(root).filter((element) => element.name === name) : [];
    return new Map(own.map((element) => [element.attributes['w:id'] ?? '', element]));
  }

  const blocks = createWordBlocks({
    styleOf: readStyles(office.related(main, 'styles')?.bytes),
    numbering: readNumbering(office.related(main, 'numbering')?.bytes),
    graphics: (drawing) => graphicBlocks(office, main, drawing),
    target: (id) => {
      const found = relationships.get(id ?? '');
      return found?.external ? found.target : undefined;
    },
    note: ({ kind, id }: Note) => notes[kind].get(id),
  });
  visitXml(office.part(main) ?? new Uint8Array(), {
    open: (_name, _attributes, parent) => parent === 'w:body',
    kept: blocks.add,
  });
  const { sections, title, firstHeading } = blocks.finish();
  const metadata = office.metadata();
  return { sections, metadata: { ...metadata, title: title ?? metadata.title ?? firstHeading } };
}
