/** Reads texts of OpenDocument, one block of the body at a time. */
import { createSectionBuilder, type ParsedDocument } from '../document.ts';
import { createOdfBlocks } from './office/odf-blocks.ts';
import { openOdf } from './office/odf-package.ts';
import { readOdfStyles, STYLE_ELEMENTS } from './office/odf-styles.ts';
import { visitXml } from './office/xml.ts';
import type { Reader } from './reader.ts';

export const read: Reader = ({ bytes }) => readOdt(bytes);

/** Headers, footers, comments, deletions and a table of contents are left out. */
export function readOdt(bytes: Uint8Array): ParsedDocument {
  const odf = openOdf(bytes, 'OpenDocument text');
  const styles = readOdfStyles(odf.part('styles.xml'));
  const sections = createSectionBuilder();
  const blocks = createOdfBlocks(odf, styles, sections);
  visitXml(odf.content, {
    open: (name, _attributes, parent) => STYLE_ELEMENTS.has(name) || parent === 'office:text',
    kept: (element) => (STYLE_ELEMENTS.has(element.name) ? styles.add(element) : blocks.add(element)),
  });
  blocks.flush();
  const metadata = odf.metadata();
  return {
    sections: sections.finish(),
    metadata: { ...metadata, title: blocks.title() ?? metadata.title ?? blocks.firstHeading() },
  };
}
