/** Reads PDF into sections: the text of its pages in reading order, with the numbers of the pages. */
import type { PDFDocumentProxy } from 'pdfjs-dist';
import { StageError } from '../../../src/kernel/core/errors.ts';
import { createSectionBuilder, type ParsedDocument, type Section } from '../document.ts';
import { prose, quote } from './blocks.ts';
import { asProse, isTypewritten, type Page } from './pdf/geometry.ts';
import { withHeadings } from './pdf/headings.ts';
import { continues, joinPassages } from './pdf/join-pages.ts';
import { metadataOf } from './pdf/metadata.ts';
import { openPdf } from './pdf/open.ts';
import { outlineOf } from './pdf/outline.ts';
import { readPage } from './pdf/page.ts';
import { blockOfPassages, type Part, type Passage, partsOf, wordsOf } from './pdf/paragraphs.ts';
import { withoutRunningLines } from './pdf/running-lines.ts';
import type { ReaderInput } from './reader.ts';

export async function read({ bytes }: ReaderInput): Promise<ParsedDocument> {
  const { document, destroy } = await openPdf(bytes);
  try {
    const { pages, notes } = await readPages(document);
    const outline = await outlineOf(document);
    const marked = withHeadings(withoutRunningLines(isTypewritten(pages) ? pages.map(asProse) : pages), outline);
    const declared = await document.getMetadata().catch(() => ({ info: {}, metadata: null }));
    return { sections: sectionsOf(marked, notes), metadata: metadataOf(declared, marked) };
  } finally {
    await destroy();
  }
}

/** Pages that are damaged are left out, unless all are. */
async function readPages(document: PDFDocumentProxy) {
  const pages: Page[] = [];
  const notes = new Map<number, readonly string[]>();
  let damaged = 0;
  for (let number = 1; number <= document.numPages; number++) {
    try {
      const content = await readPage(await document.getPage(number));
      if (content.blocks.length > 0) pages.push({ number, blocks: content.blocks });
      if (content.notes.length > 0) notes.set(number, content.notes);
    } catch {
      damaged++;
    }
  }
  if (pages.length > 0 || notes.size > 0) return { pages, notes };
  throw new StageError(
    'permanent',
    damaged > 0 && damaged === document.numPages
      ? 'The PDF is damaged: none of its pages can be read; save it again in the program that made it, and send that'
      : 'The PDF holds images of pages and no text; run OCR on it (ocrmypdf) and send the result',
  );
}

function sectionsOf(pages: readonly Page[], notes: ReadonlyMap<number, readonly string[]>): Section[] {
  const words = wordsOf(pages);
  const builder = createSectionBuilder();
  let open: Passage[] = [];
  function close() {
    if (open.length > 0) builder.paragraph(blockOfPassages(open));
    open = [];
  }
  function add(part: Part) {
    const last = open.at(-1);
    if (part.kind === 'heading') {
      close();
      builder.heading(part.level, { ...prose(part.content.text, part.content.links), page: part.page });
    } else if (last && continues(last, part)) {
      open[open.length - 1] = joinPassages(last, part, words);
    } else {
      if (last && !(last.kind === 'item' && part.kind === 'item')) close();
      open.push(part);
    }
  }
  const numbers = [...new Set([...pages.map(({ number }) => number), ...notes.keys()])].sort((a, b) => a - b);
  const byNumber = new Map(pages.map((page) => [page.number, page]));
  for (const number of numbers) {
    const page = byNumber.get(number);
    for (const part of page ? partsOf(page, words) : []) add(part);
    if (!notes.has(number)) continue;
    close();
    for (const note of notes.get(number) ?? []) builder.paragraph({ ...quote(prose(note)), page: number });
  }
  close();
  return builder.finish();
}
