/** Walks an HTML tree into sections. Iterative: nesting of any depth must not reach the stack's end. */
import { createSectionBuilder, type Section } from '../document.ts';
import { createParagraphBuilder } from './paragraph-builder.ts';

const words = (list: string) => new Set(list.split(' '));

/** Never part of what a person reads. */
const SKIPPED = words(
  'SCRIPT STYLE NOSCRIPT TEMPLATE TITLE META LINK BASE SVG CANVAS IFRAME OBJECT EMBED AUDIO VIDEO BUTTON SELECT TEXTAREA INPUT DIALOG MAP',
);
const BOILERPLATE = words('NAV FOOTER');
const BLOCKS = words(
  'ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY CENTER DD DETAILS DIV DL DT FIELDSET FIGCAPTION FIGURE FOOTER FORM HEADER HR LI MAIN NAV OL P PRE SECTION SUMMARY TABLE TBODY THEAD TFOOT TR UL CAPTION',
);
const SINGLE_PARAGRAPH = words('UL OL DL TABLE PRE');
const HEADING = /^H([1-6])$/;

const ELEMENT = 1;
const TEXT = 3;
const CDATA = 4;

export interface BlockOptions {
  /** Resolves a link's `href`; null for one that leads nowhere. */
  readonly resolve: (href: string) => string | null;
  /** True leaves out navigation and footers. */
  readonly withoutBoilerplate: boolean;
}

export function readBlocks(root: Node, { resolve, withoutBoilerplate: withoutFurniture }: BlockOptions): Section[] {
  const sections = createSectionBuilder();
  const paragraph = createParagraphBuilder();
  /** How many lists, tables and code blocks we are in: their parts are lines, not paragraphs. */
  let together = 0;
  let verbatim = 0;
  let inHeading = 0;

  const flush = () => sections.paragraph(paragraph.take());

  function enter(element: Element, name: string) {
    if (HEADING.test(name)) {
      flush();
      inHeading++;
    } else if (name === 'BR') paragraph.lineBreak();
    else if (name === 'A') paragraph.openLink(hrefOf(element) ?? '');
    else if (name === 'TD' || name === 'TH') {
      if (previousElement(element)) paragraph.append(' | ');
    } else if (BLOCKS.has(name)) {
      if (inHeading > 0) paragraph.append(' ');
      else if (together > 0) paragraph.lineBreak();
      else flush();
      if (SINGLE_PARAGRAPH.has(name)) together++;
      if (name === 'PRE') verbatim++;
      if (name === 'LI') paragraph.append('- ');
    }
  }

  function leave(name: string) {
    const level = HEADING.exec(name)?.[1];
    if (level) {
      inHeading--;
      sections.heading(Number(level), oneLine(paragraph.take()));
    } else if (name === 'A') paragraph.closeLink();
    else if (BLOCKS.has(name)) {
      if (SINGLE_PARAGRAPH.has(name)) together--;
      if (name === 'PRE') verbatim--;
      if (inHeading > 0) paragraph.append(' ');
      else if (together > 0) paragraph.lineBreak();
      else flush();
    }
  }

  const hrefOf = (element: Element) => {
    const href = element.getAttribute('href');
    return href === null ? null : resolve(href);
  };

  for (const { node, leaving } of walk(root, (element) => isSkipped(element, withoutFurniture))) {
    if (node.nodeType === TEXT || node.nodeType === CDATA) paragraph.append(node.nodeValue ?? '', verbatim > 0);
    else if (leaving) leave(nameOf(node));
    else enter(node as Element, nameOf(node));
  }
  flush();
  return sections.finish().map(removeUnresolvedLinks);
}

/** Every text and element under `root` in order; an element comes twice, `leaving` the second time. */
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

function isSkipped(element: Element, withoutFurniture: boolean): boolean {
  const name = nameOf(element);
  if (SKIPPED.has(name) || (withoutFurniture && BOILERPLATE.has(name))) return true;
  if (element.hasAttribute('hidden') || element.getAttribute('aria-hidden') === 'true') return true;
  return /display\s*:\s*none/i.test(element.getAttribute('style') ?? '');
}

function previousElement(element: Element): boolean {
  for (let node = element.previousSibling; node; node = node.previousSibling) if (node.nodeType === ELEMENT) return true;
  return false;
}

function oneLine<T extends { readonly text: string }>(paragraph: T): T {
  return { ...paragraph, text: paragraph.text.replaceAll('\n', ' ') };
}

function removeUnresolvedLinks(section: Section): Section {
  const alive = <T extends { readonly links: readonly { readonly url: string }[] }>(one: T): T => ({
    ...one,
    links: one.links.filter(({ url }) => url !== ''),
  });
  return { ...section, heading: section.heading && alive(section.heading), paragraphs: section.paragraphs.map(alive) };
}
