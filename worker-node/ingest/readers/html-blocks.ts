/** Turns an HTML tree into sections. Iterative, so deep nesting cannot overflow the stack. */
import { createSectionBuilder, filterLinks, type Section } from '../document.ts';
import { createParagraphBuilder } from './paragraph-builder.ts';

const names = (list: string) => new Set(list.split(' '));

/** Elements that are not part of the readable text. */
const SKIPPED = names(
  'SCRIPT STYLE NOSCRIPT TEMPLATE TITLE META LINK BASE SVG CANVAS IFRAME OBJECT EMBED AUDIO VIDEO BUTTON SELECT TEXTAREA INPUT DIALOG MAP',
);
/** Elements of the site around the content. */
const BOILERPLATE = names('NAV FOOTER');
const BLOCKS = names(
  'ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY CENTER DD DETAILS DIV DL DT FIELDSET FIGCAPTION FIGURE FOOTER FORM HEADER HR LI MAIN NAV OL P PRE SECTION SUMMARY TABLE TBODY THEAD TFOOT TR UL CAPTION',
);
/** Each of these becomes one paragraph; the blocks inside become its lines. */
const SINGLE_PARAGRAPH = names('UL OL DL TABLE PRE');
const HEADING = /^H([1-6])$/;

const ELEMENT = 1;
const TEXT = 3;
const CDATA = 4;

export interface BlockOptions {
  /** Resolves a link's `href`; null drops the link. */
  readonly resolve: (href: string) => string | null;
  /** Leaves out navigation and footers. */
  readonly withoutBoilerplate: boolean;
}

/** The sections under `root`: headings open sections, block elements become paragraphs. */
export function readBlocks(root: Node, { resolve, withoutBoilerplate }: BlockOptions): Section[] {
  const sections = createSectionBuilder();
  const paragraph = createParagraphBuilder();
  // Depths of nesting: lists, tables and code; code; headings.
  let singleDepth = 0;
  let verbatimDepth = 0;
  let headingDepth = 0;

  const flush = () => sections.paragraph(paragraph.take());

  function enter(element: Element, name: string) {
    if (HEADING.test(name)) {
      flush();
      headingDepth++;
    } else if (name === 'BR') paragraph.lineBreak();
    else if (name === 'A') paragraph.openLink(hrefOf(element) ?? '');
    else if (name === 'TD' || name === 'TH') {
      if (hasPreviousElement(element)) paragraph.append(' | ');
    } else if (BLOCKS.has(name)) {
      if (headingDepth > 0) paragraph.append(' ');
      else if (singleDepth > 0) paragraph.lineBreak();
      else flush();
      if (SINGLE_PARAGRAPH.has(name)) singleDepth++;
      if (name === 'PRE') verbatimDepth++;
      if (name === 'LI') paragraph.append('- ');
    }
  }

  function leave(name: string) {
    const level = HEADING.exec(name)?.[1];
    if (level) {
      headingDepth--;
      sections.heading(Number(level), oneLine(paragraph.take()));
    } else if (name === 'A') paragraph.closeLink();
    else if (BLOCKS.has(name)) {
      if (SINGLE_PARAGRAPH.has(name)) singleDepth--;
      if (name === 'PRE') verbatimDepth--;
      if (headingDepth > 0) paragraph.append(' ');
      else if (singleDepth > 0) paragraph.lineBreak();
      else flush();
    }
  }

  const hrefOf = (element: Element) => {
    const href = element.getAttribute('href');
    return href === null ? null : resolve(href);
  };

  for (const { node, leaving } of walk(root, (element) => isSkipped(element, withoutBoilerplate))) {
    if (node.nodeType === TEXT || node.nodeType === CDATA) paragraph.append(node.nodeValue ?? '', verbatimDepth > 0);
    else if (leaving) leave(nameOf(node));
    else enter(node as Element, nameOf(node));
  }
  flush();
  return sections.finish().map((section) => filterLinks(section, ({ url }) => url !== ''));
}

/** Visits texts and elements under `root` in document order; an element comes again with `leaving` after its content. */
export function* walk(
  root: Node,
  skip: (element: Element) => boolean = () => false,
): Generator<{ node: Node; leaving: boolean; depth: number }> {
  let node: Node | null = root.firstChild;
  let depth = 1;
  while (node) {
    const isElement = node.nodeType === ELEMENT;
    const skipped = isElement && skip(node as Element);
    if (!skipped && (isElement || node.nodeType === TEXT || node.nodeType === CDATA)) yield { node, leaving: false, depth };
    const child: Node | null = isElement && !skipped ? node.firstChild : null;
    if (child) {
      node = child;
      depth++;
      continue;
    }
    if (isElement && !skipped) yield { node, leaving: true, depth };
    let next: Node | null = node.nextSibling;
    while (!next) {
      node = node.parentNode;
      depth--;
      if (!node || node === root) return;
      yield { node, leaving: true, depth };
      next = node.nextSibling;
    }
    node = next;
  }
}

const nameOf = (node: Node) => node.nodeName.toUpperCase();

function isSkipped(element: Element, withoutBoilerplate: boolean): boolean {
  const name = nameOf(element);
  if (SKIPPED.has(name) || (withoutBoilerplate && BOILERPLATE.has(name))) return true;
  if (element.hasAttribute('hidden') || element.getAttribute('aria-hidden') === 'true') return true;
  return /display\s*:\s*none/i.test(element.getAttribute('style') ?? '');
}

function hasPreviousElement(element: Element): boolean {
  for (let node = element.previousSibling; node; node = node.previousSibling) if (node.nodeType === ELEMENT) return true;
  return false;
}

function oneLine<T extends { readonly text: string }>(paragraph: T): T {
  return { ...paragraph, text: paragraph.text.replaceAll('\n', ' ') };
}
