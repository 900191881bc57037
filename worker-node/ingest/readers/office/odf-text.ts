/** Reads paragraphs of OpenDocument (part 3, section 6): text, links, notes, and what is anchored in them. */
import { createParagraphBuilder } from '../paragraph-builder.ts';
import { child, isElement, textOf } from './elements.ts';
import { type LinkedText, noteReference } from './flow.ts';
import { ownDescription } from './properties.ts';
import { inScript, type Script } from './scripts.ts';
import { webUrl } from './web-url.ts';
import type { XmlElement } from './xml.ts';

export interface OdfContent extends LinkedText {
  /** Frames and shapes that are anchored in the paragraph. */
  readonly frames: readonly XmlElement[];
  readonly notes: readonly OdfNote[];
}

export interface OdfNote {
  readonly label: string;
  readonly body: XmlElement;
}

export interface OdfTextOptions {
  /** The label of the next note. */
  readonly nextLabel: () => string;
  /** The text of an embedded formula; empty for another object. */
  readonly formula: (object: XmlElement) => string;
  readonly scriptOf: (style: string | undefined) => Script;
}

/** Elements of a paragraph whose text is not shown in it. */
const LEFT_OUT = new Set([
  'office:annotation',
  'office:annotation-end',
  'text:tracked-changes',
  'text:hidden-text',
  'text:hidden-paragraph',
  'text:ruby-text',
  'text:note-citation',
  'text:bookmark',
  'presentation:footer',
  'presentation:header',
  'presentation:date-time',
  'text:page-number',
]);
const SPACE = ' ';

export const isShape = ({ name }: XmlElement): boolean => name.startsWith('draw:') && name !== 'draw:a';

export function readOdfParagraph(paragraph: XmlElement, { nextLabel, formula, scriptOf }: OdfTextOptions): OdfContent {
  const builder = createParagraphBuilder();
  const frames: XmlElement[] = [];
  const notes: OdfNote[] = [];

  function visitAll(element: XmlElement): void {
    const script = scriptOf(element.attributes['text:style-name']);
    for (const node of element.children) {
      if (isElement(node)) visit(node);
      else builder.append(inScript(node, script));
    }
  }

  function visit(element: XmlElement): void {
    const { name, attributes } = element;
    if (LEFT_OUT.has(name)) return;
    if (isShape(element)) {
      builder.append(describedShape(element, formula));
      frames.push(element);
      return;
    }
    switch (name) {
      case 'text:s':
      case 'text:tab':
        builder.append(SPACE);
        break;
      case 'text:line-break':
        builder.lineBreak();
        break;
      case 'text:a':
      case 'draw:a': {
        const url = webUrl(attributes['xlink:href']);
        if (url !== undefined) builder.openLink(url);
        visitAll(element);
        if (url !== undefined) builder.closeLink();
        break;
      }
      case 'text:note': {
        const body = child(element, 'text:note-body');
        const label = nextLabel();
        builder.append(noteReference(label));
        if (body) notes.push({ label, body });
        break;
      }
      default:
        visitAll(element);
    }
  }

  visitAll(paragraph);
  return { ...builder.take(), frames, notes };
}

/** The description of a picture, or a formula, in its place in the text. */
function describedShape(shape: XmlElement, formula: OdfTextOptions['formula']): string {
  const object = child(shape, 'draw:object');
  const text = object ? formula(object) : '';
  if (text !== '') return text;
  const described = textOf(child(shape, 'svg:desc'));
  return ` ${ownDescription(described === '' ? textOf(child(shape, 'svg:title')) : described)} `;
}

/** The text with its white space, for code. */
export function verbatimOdf(element: XmlElement): string {
  return element.children
    .map((node) => {
      if (!isElement(node)) return node;
      if (node.name === 'text:s') return SPACE.repeat(Math.min(200, Number(node.attributes['text:c'] ?? 1) || 1));
      if (node.name === 'text:tab') return '\t';
      if (node.name === 'text:line-break') return '\n';
      return LEFT_OUT.has(node.name) || isShape(node) || node.name === 'text:note' ? '' : verbatimOdf(node);
    })
    .join('');
}
