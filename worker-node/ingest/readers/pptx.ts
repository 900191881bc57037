/** Reads PowerPoint presentations (ECMA-376 part 1, PresentationML): slides in order, each with its title as heading. */
import { createSectionBuilder, type ParsedDocument } from '../document.ts';
import { prose } from './blocks.ts';
import { singleLine } from './normalise.ts';
import { child, childrenNamed } from './office/elements.ts';
import { openPackage } from './office/package.ts';
import { readSlide } from './office/slide-shapes.ts';
import { parseXml } from './office/xml.ts';
import type { Reader } from './reader.ts';

export const read: Reader = ({ bytes }) => readPptx(bytes);

/** Slides are pages. Comments, footers and what masters and layouts show are left out. */
export function readPptx(bytes: Uint8Array): ParsedDocument {
  const office = openPackage(bytes, 'PowerPoint presentation');
  const { main } = office;
  const root = parseXml(office.part(main) ?? new Uint8Array());
  const parts = new Map(office.relationships(main).map(({ id, target }) => [id, target]));
  const sections = createSectionBuilder();
  let deckTitle: string | null = null;
  let firstTitle: string | null = null;
  for (const [index, { attributes }] of childrenNamed(child(root, 'p:sldIdLst'), 'p:sldId').entries()) {
    const { title, isTitleSlide, blocks, notes } = readSlide(office, parts.get(attributes['r:id'] ?? '') ?? '');
    const page = index + 1;
    const isEmpty = [...blocks, ...notes].every(({ text }) => text === '');
    if (isEmpty && title === '') continue;
    if (isTitleSlide && index === 0) deckTitle = singleLine(title);
    firstTitle ??= singleLine(title);
    sections.heading(1, { ...prose(title === '' ? `Slide ${page}` : title), page });
    for (const block of blocks) sections.paragraph({ ...block, page });
    if (notes.every(({ text }) => text === '')) continue;
    sections.heading(2, { ...prose('Notes'), page });
    for (const block of notes) sections.paragraph({ ...block, page });
  }
  const metadata = office.metadata();
  return { sections: sections.finish(), metadata: { ...metadata, title: deckTitle ?? metadata.title ?? firstTitle } };
}
