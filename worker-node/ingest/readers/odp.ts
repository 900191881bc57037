/** Reads presentations of OpenDocument: slides in order, each with its title as heading. */
import { createSectionBuilder, type Paragraph, type ParsedDocument } from '../document.ts';
import { prose } from './blocks.ts';
import { singleLine } from './normalise.ts';
import { childrenNamed, descendants, elementsOf, textOf } from './office/elements.ts';
import type { BlockOutput } from './office/flow.ts';
import { createOdfBlocks } from './office/odf-blocks.ts';
import { openOdf } from './office/odf-package.ts';
import { readOdfStyles, STYLE_ELEMENTS } from './office/odf-styles.ts';
import { visitXml, type XmlElement } from './office/xml.ts';
import type { Reader } from './reader.ts';

export const read: Reader = ({ bytes }) => readOdp(bytes);

/** Frames whose text is the same on every slide. */
const REPEATED = /^(?:page|page-number|footer|header|date-time|handout)$/;

/** Slides are pages. Comments, footers and what master pages show are left out. */
export function readOdp(bytes: Uint8Array): ParsedDocument {
  const odf = openOdf(bytes, 'OpenDocument presentation');
  const styles = readOdfStyles(odf.part('styles.xml'));
  const sections = createSectionBuilder();
  let page = 0;
  const found: Paragraph[] = [];
  // Headings are those of slides; one in a text is a paragraph of it.
  const output: BlockOutput = { heading: (_level, content) => found.push(content), paragraph: (content) => found.push(content) };
  const blocks = createOdfBlocks(odf, styles, output);
  let firstTitle: string | null = null;

  function addSlide(slide: XmlElement): void {
    page++;
    const shapes = elementsOf(slide).filter((shape) => isFilled(shape) && !REPEATED.test(classOf(shape)));
    const titles = shapes.filter((shape) => classOf(shape) === 'title');
    const title = singleLine(titles.flatMap((shape) => descendants(shape, 'text:p').map(textOf)).join(' '));
    firstTitle ??= title;
    const blocksOf = (frames: readonly XmlElement[]) => {
      frames.forEach(blocks.add);
      blocks.flush();
      return found
        .splice(0)
        .filter(({ text }) => text !== '')
        .map((block) => ({ ...block, page }));
    };
    const own = blocksOf(shapes.filter((shape) => !titles.includes(shape)));
    const notes = blocksOf(
      childrenNamed(slide, 'presentation:notes')
        .flatMap(elementsOf)
        .filter((frame) => classOf(frame) === 'notes' && isFilled(frame)),
    );
    if (title === null && own.length + notes.length === 0) return;
    sections.heading(1, { ...prose(title ?? `Slide ${page}`), page });
    own.forEach(sections.paragraph);
    if (notes.length === 0) return;
    sections.heading(2, { ...prose('Notes'), page });
    notes.forEach(sections.paragraph);
  }

  visitXml(odf.content, {
    open: (name) => STYLE_ELEMENTS.has(name) || name === 'draw:page',
    kept: (element) => (STYLE_ELEMENTS.has(element.name) ? styles.add(element) : addSlide(element)),
  });
  const metadata = odf.metadata();
  return { sections: sections.finish(), metadata: { ...metadata, title: metadata.title ?? firstTitle } };
}

const classOf = ({ attributes }: XmlElement) => attributes['presentation:class'] ?? '';
/** An empty placeholder shows what to do with it. */
const isFilled = ({ attributes }: XmlElement) => attributes['presentation:placeholder'] !== 'true';
