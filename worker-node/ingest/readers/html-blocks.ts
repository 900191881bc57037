/** Turns an HTML tree into sections of Markdown blocks: headings open sections, block elements become paragraphs. */
import { createSectionBuilder, filterLinks, type Paragraph, type Section } from '../document.ts';
import { code, prose, quote } from './blocks.ts';
import { altText } from './html-images.ts';
import { createListBuilder } from './html-lists.ts';
import { createTableBuilder, dataTables } from './html-tables.ts';
import { ELEMENT, nameOf, walk } from './html-walk.ts';
import { createParagraphBuilder, type Inline } from './paragraph-builder.ts';

const names = (list: string) => new Set(list.split(' '));

/** Elements without readable text. */
const SKIPPED = names(
  'SCRIPT STYLE TEMPLATE TITLE META LINK BASE SVG CANVAS IFRAME OBJECT EMBED AUDIO VIDEO SELECT TEXTAREA MAP DATALIST',
);
/** What a browser shows in part, or only without scripts. */
const CONDITIONAL = names('NOSCRIPT DIALOG BUTTON');
/** Where a button is what one reads, as in a list of questions that unfold. */
const LABELS = names('H1 H2 H3 H4 H5 H6 SUMMARY DT');
/** Elements of the site around the content. */
const BOILERPLATE = names('NAV FOOTER');
const BLOCKS = names(
  'ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY CENTER DD DETAILS DIALOG DIV DL DT FIELDSET FIGCAPTION FIGURE FOOTER FORM HEADER HGROUP HR LEGEND LI MAIN MENU NAV OL P PRE SEARCH SECTION SUMMARY TABLE TBODY THEAD TFOOT TR TD TH UL CAPTION',
);
const HEADING = /^H([1-6])$/;
/** Quotes in one another; deeper ones are not told apart. */
const MAX_QUOTES = 8;

export interface BlockOptions {
  /** Resolves a link's `href`; null drops the link. */
  readonly resolve: (href: string) => string | null;
  /** Leaves out navigation and footers. */
  readonly withoutBoilerplate: boolean;
  /** Reads what the page hides, too. */
  readonly withHidden?: boolean;
}

/** The sections under `root`. */
export function readBlocks(root: Node, options: BlockOptions): Section[] {
  const sections = createSectionBuilder();
  const inline = createParagraphBuilder();
  let lists = createListBuilder();
  /** The lists around open quotes. */
  const outerLists: (typeof lists)[] = [];
  const tables = createTableBuilder();
  const data = dataTables(root);
  /** The blocks of open quotes, the innermost last. */
  const quotes: Paragraph[][] = [];
  let quoteDepth = 0;
  let verbatimDepth = 0;
  let headingDepth = 0;

  function emit(block: Paragraph): void {
    const open = quotes.at(-1);
    if (open) open.push(block);
    else sections.paragraph(block);
  }

  /** Ends the paragraph, and with `all` the list that it belongs to. */
  function flush(all = false): void {
    const text = inline.take();
    if (lists.takesText()) lists.text(text);
    else emit(prose(text.text, text.links));
    if (all) emit(lists.take());
  }

  /** A heading stands outside of quotes, so that it opens a section. */
  function endQuotes(): void {
    while (quotes.length > 0) closeQuote();
    for (let depth = 0; depth < Math.min(quoteDepth, MAX_QUOTES); depth++) quotes.push([]);
  }

  function closeQuote(): void {
    const blocks = quotes.pop() ?? [];
    emit(quote(...blocks));
  }

  function enter(element: Element, name: string): void {
    if (verbatimDepth > 0) {
      if (name === 'PRE') verbatimDepth++;
      if (name === 'BR' || BLOCKS.has(name)) inline.lineBreak();
      return;
    }
    if (tables.isOpen()) enterInTable(element, name);
    else if (name === 'BR') inline.lineBreak();
    else if (name === 'A') inline.openLink(hrefOf(element) ?? '');
    else if (name === 'IMG') inline.append(altText(element, headingDepth > 0));
    else if (name === 'INPUT') lists.check(element);
    else if (headingDepth > 0) {
      if (BLOCKS.has(name)) inline.append(' ');
      else if (HEADING.test(name)) headingDepth++;
    } else if (HEADING.test(name)) {
      flush(true);
      headingDepth++;
    } else if (BLOCKS.has(name)) enterBlock(element, name);
  }

  function enterBlock(element: Element, name: string): void {
    flush();
    if (name === 'PRE') verbatimDepth++;
    else if (name === 'UL' || name === 'OL' || name === 'MENU' || name === 'DL') lists.open(element);
    else if (name === 'LI' || name === 'DT') lists.item(element);
    else if (name === 'BLOCKQUOTE') {
      flush(true);
      outerLists.push(lists);
      lists = createListBuilder();
      if (++quoteDepth <= MAX_QUOTES) quotes.push([]);
    } else if (name === 'TABLE' && data.has(element)) {
      flush(true);
      tables.open();
    }
  }

  function enterInTable(element: Element, name: string): void {
    if (name === 'TR') tables.row();
    else if (name === 'CAPTION') inline.take();
    else if (name === 'TD' || name === 'TH') tables.cell(element);
    else if (name === 'A') inline.openLink(hrefOf(element) ?? '');
    else if (name === 'IMG') inline.append(altText(element, false));
    else if (name === 'BR' || BLOCKS.has(name)) inline.append(' ');
  }

  function leave(element: Element, name: string): void {
    if (verbatimDepth > 0) {
      if (name !== 'PRE') {
        if (BLOCKS.has(name)) inline.lineBreak();
      } else if (--verbatimDepth === 0) {
        const { text } = inline.take(true);
        emit(lists.take());
        emit(code(text, languageOf(element)));
      }
      return;
    }
    if (name === 'A') inline.closeLink();
    else if (tables.isOpen()) leaveInTable(name);
    else if (HEADING.test(name) && headingDepth > 0) leaveHeading(name);
    else if (headingDepth > 0) {
      if (BLOCKS.has(name)) inline.append(' ');
    } else if (BLOCKS.has(name)) leaveBlock(name);
  }

  function leaveHeading(name: string): void {
    if (--headingDepth > 0) return;
    const { text, links } = inline.take();
    if (text === '') return;
    endQuotes();
    sections.heading(Number(name.slice(1)), prose(text.replaceAll('\n', ' '), links));
  }

  function leaveBlock(name: string): void {
    flush();
    if (name === 'UL' || name === 'OL' || name === 'MENU' || name === 'DL') {
      if (lists.close()) emit(lists.take());
    } else if (name === 'BLOCKQUOTE') {
      flush(true);
      lists = outerLists.pop() ?? lists;
      if (--quoteDepth < MAX_QUOTES) closeQuote();
    }
  }

  function leaveInTable(name: string): void {
    if (name === 'TD' || name === 'TH') tables.text(inline.take());
    else if (name === 'CAPTION') emit(captionOf(inline.take()));
    else if (name === 'TABLE') {
      inline.take();
      emit(tables.take());
    }
  }

  const captionOf = ({ text, links }: Inline) => prose(text, links);

  const hrefOf = (element: Element) => {
    const href = element.getAttribute('href');
    return href === null ? null : options.resolve(href);
  };

  for (const { node, leaving } of walk(root, (element) => isSkipped(element, options))) {
    if (node.nodeType !== ELEMENT) inline.append(node.nodeValue ?? '', verbatimDepth > 0);
    else if (leaving) leave(node as Element, nameOf(node));
    else enter(node as Element, nameOf(node));
  }
  flush(true);
  while (quotes.length > 0) closeQuote();
  return sections.finish().map((section) => filterLinks(section, ({ url }) => url !== ''));
}

function isSkipped(element: Element, { withoutBoilerplate, withHidden = false }: BlockOptions): boolean {
  const name = nameOf(element);
  if (SKIPPED.has(name) || (withoutBoilerplate && BOILERPLATE.has(name))) return true;
  if (withHidden) return false;
  if (CONDITIONAL.has(name) && !(name === 'BUTTON' && LABELS.has(element.parentNode?.nodeName.toUpperCase() ?? ''))) return true;
  if (element.hasAttribute('hidden') || element.getAttribute('aria-hidden') === 'true') return true;
  return /display\s*:\s*none/i.test(element.getAttribute('style') ?? '');
}

const LANGUAGE = /(?:^|\s)(?:lang(?:uage)?-|highlight-source-|brush:\s*)([\w+#.-]{1,40})/i;

/** The language of code, which highlighters write into classes: `<pre><code class="language-js">`. */
function languageOf(pre: Element): string {
  const candidates = [pre.querySelector('code'), pre, pre.parentElement];
  for (const element of candidates) {
    const found = LANGUAGE.exec(element?.getAttribute('class') ?? '')?.[1];
    if (found) return found.toLowerCase();
  }
  return '';
}
