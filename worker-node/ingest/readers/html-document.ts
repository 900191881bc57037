/** Parses HTML as browsers do (parse5, the HTML standard's parser) into a document of linkedom. */
import { parseHTML } from 'linkedom';
import { type DefaultTreeAdapterTypes, html, parse, parseFragment } from 'parse5';
import { TEXT, walk } from './html-walk.ts';

type SourceNode = DefaultTreeAdapterTypes.Node;
type SourceElement = DefaultTreeAdapterTypes.Element;

/** Browsers nest no deeper; deeper elements stand beside one another at this depth. */
const MAX_DEPTH = 512;
/** linkedom searches all attributes of an element for each that is set. */
const MAX_ATTRIBUTES = 100;
/** An element with this much text that only assistive technology shall ignore is content, such as a page behind a dialog. */
const MIN_VISIBLE_CHARACTERS = 500;

const DROPPED = new Set(['style', 'svg']);
const JSON_LD = /^\s*application\/ld\+json\b/i;
const TEX = /^\s*math\/tex\b/i;
const HIDDEN_STYLE = /display\s*:\s*none\s*(?:!important\s*)?;?/gi;

/**
 * Comments, styles, drawings and scripts are left out, except JSON-LD and formulas in TeX. The content of a declarative
 * shadow root takes the place of its host's children.
 */
export function parseHtml(source: string): Document {
  const { document } = parseHTML('<!doctype html><html></html>');
  const root = parse(source).childNodes.find(isElement);
  if (!root) return document;
  copyAttributes(root, document.documentElement);
  copyChildren(document, root);
  show(document);
  return document;
}

interface Step {
  readonly nodes: readonly SourceNode[];
  /** Takes the texts. */
  parent: Element;
  /** Takes the elements: `parent`, or an element around it where that is too deep. */
  readonly container: Element;
  readonly depth: number;
  readonly host: Host;
  /** Inside of `<noscript>`, whose text has been parsed. */
  readonly inNoscript: boolean;
  next: number;
}

/** The closest host of a shadow root. */
interface Host {
  /** Its children, for the slots. */
  readonly children: readonly SourceNode[];
  /** Names of slots that have theirs: the first slot of a name has them all. */
  readonly filled: Set<string>;
}

const hostOf = (children: readonly SourceNode[]): Host => ({ children, filled: new Set() });

/** Iterative, so that deep nesting cannot overflow the stack. */
function copyChildren(document: Document, root: SourceElement): void {
  const top = document.documentElement;
  const around = { host: hostOf([]), inNoscript: false };
  const steps: Step[] = [{ nodes: root.childNodes, parent: top, container: top, depth: 1, ...around, next: 0 }];
  for (let step = steps.at(-1); step; step = steps.at(-1)) {
    const node = step.nodes[step.next++];
    const { parent, container, depth } = step;
    if (node === undefined) steps.pop();
    else if (node.nodeName === '#text' && 'value' in node) {
      if (container !== parent && container.lastChild !== parent) {
        // An element came between: what follows it stands behind it.
        step.parent = document.createElement(parent.localName);
        container.appendChild(step.parent);
      }
      step.parent.appendChild(document.createTextNode(node.value));
    } else if (isElement(node)) {
      const copy = copyElement(document, node);
      if (!copy) continue;
      container.appendChild(copy);
      const inner = depth < MAX_DEPTH ? copy : container;
      steps.push({ ...contentOf(node, step), parent: copy, container: inner, depth: depth + 1, next: 0 });
    }
  }
}

const isElement = (node: SourceNode): node is SourceElement => 'tagName' in node;

const attribute = (element: SourceElement, name: string) => element.attrs.find((one) => one.name === name)?.value;

/** Null for an element that is left out. */
function copyElement(document: Document, element: SourceElement): Element | null {
  const { tagName } = element;
  if (DROPPED.has(tagName) || (tagName === 'template' && element.namespaceURI === html.NS.HTML)) return null;
  if (tagName === 'math') return formula(document, texOf(element));
  if (tagName === 'script') {
    const type = attribute(element, 'type') ?? '';
    if (TEX.test(type)) return formula(document, textOf(element));
    if (!JSON_LD.test(type)) return null;
  }
  const copy = document.createElement(tagName);
  copyAttributes(element, copy);
  return copy;
}

/** MathJax replaces a script of this type by the formula. */
function formula(document: Document, text: string): Element {
  const copy = document.createElement('span');
  copy.appendChild(document.createTextNode(text));
  return copy;
}

/** The source of a formula in MathML, or its symbols where it has none. */
function texOf(math: SourceElement): string {
  const source = attribute(math, 'alttext') ?? textOf(math, (element) => element.tagName === 'annotation');
  return (source.trim() === '' ? textOf(math) : source).replace(/\s+/g, ' ').trim();
}

/** The text in an element, or in those elements in it that `wanted` names. */
function textOf(root: SourceElement, wanted: (element: SourceElement) => boolean = () => true): string {
  const parts: string[] = [];
  const open: { node: SourceNode; isWanted: boolean }[] = [{ node: root, isWanted: wanted(root) }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, isWanted } = next;
    if (isWanted && 'value' in node) parts.push(node.value);
    if (!isElement(node)) continue;
    for (const child of node.childNodes.toReversed())
      open.push({ node: child, isWanted: isWanted || (isElement(child) && wanted(child)) });
  }
  return parts.join('');
}

function copyAttributes(element: SourceElement, copy: Element): void {
  // linkedom splits a style by an expression that takes quadratic time in runs of white space.
  for (const { name, value } of element.attrs.slice(0, MAX_ATTRIBUTES)) {
    // Readability takes `CtxtMenu` in the class of a formula for a menu.
    if (name === 'class' && element.tagName === 'mjx-container') continue;
    copy.setAttribute(name, name === 'style' ? value.replace(/\s+/g, ' ') : value);
  }
}

/** What is shown inside of an element: for a host its shadow root, for a slot the children of the host that belong in it. */
function contentOf(element: SourceElement, { host, inNoscript }: Step): Pick<Step, 'nodes' | 'host' | 'inNoscript'> {
  if (element.tagName === 'math' || (element.tagName === 'script' && TEX.test(attribute(element, 'type') ?? '')))
    return { nodes: [], host: hostOf([]), inNoscript };
  if (element.tagName === 'noscript' && !inNoscript) {
    // Without scripts its markup is parsed with the elements in it, and so only once.
    const { childNodes } = parseFragment(textOf(element), { scriptingEnabled: false });
    return { nodes: childNodes, host, inNoscript: true };
  }
  const shadow = element.childNodes.find(isShadowRoot);
  if (shadow) {
    const outside = element.childNodes.filter((node) => node !== shadow);
    return { nodes: shadow.content.childNodes, host: hostOf(outside), inNoscript };
  }
  const name = attribute(element, 'name') ?? '';
  if (element.tagName === 'slot' && !host.filled.has(name)) {
    host.filled.add(name);
    const own = host.children.filter((node) => (isElement(node) ? (attribute(node, 'slot') ?? '') === name : name === ''));
    if (own.some((node) => isElement(node) || ('value' in node && node.value.trim() !== '')))
      return { nodes: own, host: hostOf([]), inNoscript };
  }
  return { nodes: element.childNodes, host, inNoscript };
}

function isShadowRoot(node: SourceNode): node is DefaultTreeAdapterTypes.Template {
  return isElement(node) && node.tagName === 'template' && 'content' in node && attribute(node, 'shadowrootmode') !== undefined;
}

/** Takes the hiding off what a script shows, or what is hidden from assistive technology alone. */
function show(document: Document): void {
  for (const element of [document.documentElement, document.body]) {
    element?.removeAttribute('hidden');
    element?.removeAttribute('aria-hidden');
    const style = element?.getAttribute('style');
    if (style) element?.setAttribute('style', style.replace(HIDDEN_STYLE, ''));
  }
  for (const element of document.querySelectorAll('[hidden="until-found" i]')) element.removeAttribute('hidden');
  for (const element of document.querySelectorAll('[aria-hidden="true"]'))
    if (hasLongText(element)) element.removeAttribute('aria-hidden');
}

function hasLongText(element: Element): boolean {
  let characters = 0;
  for (const { node } of walk(element)) {
    if (node.nodeType === TEXT) characters += (node.nodeValue ?? '').replace(/\s+/g, ' ').length;
    if (characters >= MIN_VISIBLE_CHARACTERS) return true;
  }
  return false;
}
