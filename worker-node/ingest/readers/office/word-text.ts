/** Reads the runs of Word paragraphs: text, links, fields, and what is anchored in them (ECMA-376 part 1, section 17.3). */
import { createParagraphBuilder } from '../paragraph-builder.ts';
import { child, descendants, elementsOf, textOf } from './elements.ts';
import { type LinkedText, noteReference } from './flow.ts';
import { mathText } from './math.ts';
import { ownDescription } from './properties.ts';
import { inScript, type Script } from './scripts.ts';
import { webUrl } from './web-url.ts';
import { settingOf } from './word-styles.ts';
import type { XmlElement } from './xml.ts';

export interface RunContent extends LinkedText {
  /** Text boxes, diagrams and charts that are anchored in the paragraph. */
  readonly drawings: readonly XmlElement[];
  /** Labels of the notes that are referred to. */
  readonly notes: readonly Note[];
}

export interface Note {
  readonly kind: 'footnote' | 'endnote';
  readonly id: string;
  readonly label: string;
}

export interface RunReaderOptions {
  /** The target of an external relationship; undefined without one. */
  readonly target: (relationshipId: string | undefined) => string | undefined;
  /** The label of a note, the same wherever it is referred to. */
  readonly labelOf: (kind: Note['kind'], id: string) => string;
}

interface Field {
  instruction: string;
  inResult: boolean;
  linked: boolean;
}

/** Elements whose content is part of the text: insertions stay; deletions are not listed and so left out. */
const TRANSPARENT = new Set(
  ['w:ins', 'w:moveTo', 'w:smartTag', 'w:customXml', 'w:sdtContent', 'w:sdt', 'w:dir', 'w:bdo', 'w:ruby', 'w:rubyBase'].concat(
    'mc:AlternateContent',
  ),
);
const VERBATIM = new Set(['w:p', 'w:r', 'w:hyperlink']);
const SCRIPTS: Readonly<Record<string, Script>> = { superscript: 'raised', subscript: 'lowered' };
const HYPERLINK = /^\s*HYPERLINK\s+"([^"]*)"/i;
/** Characters of symbol fonts, which mean nothing without their font. */
const PRIVATE_USE = /^[\uE000-\uF8FF]$/u;

/** The text of a paragraph that stays `open` is that of the next one. */
export type RunReader = (paragraph: XmlElement, options?: { readonly open?: boolean }) => RunContent;

/** A reader keeps the state of fields, which may begin in one paragraph and end in another. */
export function createRunReader({ target, labelOf }: RunReaderOptions): RunReader {
  const builder = createParagraphBuilder();
  const fields: Field[] = [];
  let drawings: XmlElement[] = [];
  let notes: Note[] = [];
  let script: Script;
  const isShown = () => fields.every(({ inResult }) => inResult);

  function linked(url: string | undefined, content: () => void): void {
    const web = webUrl(url);
    if (web !== undefined) builder.openLink(web);
    content();
    if (web !== undefined) builder.closeLink();
  }

  function fieldCharacter(type: string | undefined): void {
    const field = fields.at(-1);
    if (type === 'begin') fields.push({ instruction: '', inResult: false, linked: false });
    else if (type === 'separate' && field) {
      field.inResult = true;
      const url = webUrl(HYPERLINK.exec(field.instruction)?.[1]);
      field.linked = url !== undefined;
      if (url !== undefined) builder.openLink(url);
    } else if (type === 'end' && fields.pop()?.linked) builder.closeLink();
  }

  function note(kind: Note['kind'], element: XmlElement): void {
    const id = element.attributes['w:id'] ?? '';
    const label = labelOf(kind, id);
    // A note within a note has none.
    if (label === '') return;
    notes.push({ kind, id, label });
    builder.append(noteReference(label));
  }

  const visitAll = (element: XmlElement): void => {
    for (const inner of elementsOf(element)) visit(inner);
  };

  function visit(element: XmlElement): void {
    const { name, attributes } = element;
    if (TRANSPARENT.has(name)) visitAll(element);
    switch (name) {
      case 'w:r': {
        const properties = child(element, 'w:rPr');
        script = SCRIPTS[settingOf(properties, 'w:vertAlign') ?? ''];
        if (!isHidden(properties)) visitAll(element);
        script = undefined;
        break;
      }
      case 'w:t':
        if (isShown()) builder.append(inScript(textOf(element), script));
        break;
      case 'w:tab':
      case 'w:ptab':
        if (isShown()) builder.append(' ');
        break;
      case 'w:br':
      case 'w:cr':
        if (isShown()) builder.lineBreak();
        break;
      case 'w:noBreakHyphen':
        if (isShown()) builder.append('-');
        break;
      case 'w:sym': {
        const symbol = String.fromCharCode(Number.parseInt(attributes['w:char'] ?? '0', 16) || 0);
        if (isShown() && !PRIVATE_USE.test(symbol)) builder.append(symbol);
        break;
      }
      case 'w:hyperlink': {
        const anchor = attributes['w:anchor'];
        const url = target(attributes['r:id']);
        linked(url !== undefined && anchor !== undefined ? `${url}#${anchor}` : url, () => visitAll(element));
        break;
      }
      case 'w:fldSimple':
        linked(HYPERLINK.exec(attributes['w:instr'] ?? '')?.[1], () => visitAll(element));
        break;
      case 'w:fldChar':
        fieldCharacter(attributes['w:fldCharType']);
        break;
      case 'w:instrText': {
        const field = fields.at(-1);
        if (field && !field.inResult) field.instruction += textOf(element);
        break;
      }
      case 'w:footnoteReference':
        note('footnote', element);
        break;
      case 'w:endnoteReference':
        note('endnote', element);
        break;
      case 'm:oMath':
      case 'm:oMathPara':
        builder.append(mathText(element));
        break;
      case 'w:drawing':
        if (isShown()) builder.append(` ${ownDescription(descendants(element, 'wp:docPr')[0]?.attributes.descr)} `);
        drawings.push(element);
        break;
      case 'w:pict':
      case 'w:object':
        drawings.push(element);
        break;
      default:
    }
  }

  return (paragraph, { open = false } = {}) => {
    drawings = [];
    notes = [];
    visitAll(paragraph);
    if (open) return { text: '', links: [], drawings, notes };
    return { ...builder.take(), drawings, notes };
  };
}

function isHidden(properties: XmlElement | undefined): boolean {
  const vanish = child(properties, 'w:vanish');
  return vanish !== undefined && !/^(?:0|false|off)$/.test(vanish.attributes['w:val'] ?? '');
}

/** The text with its white space, for code. */
export function verbatimText(element: XmlElement): string {
  if (element.name === 'w:t') return textOf(element);
  if (element.name === 'w:tab') return '\t';
  if (element.name === 'w:br' || element.name === 'w:cr') return '\n';
  if (!VERBATIM.has(element.name) && !TRANSPARENT.has(element.name)) return '';
  return elementsOf(element).map(verbatimText).join('');
}

/** The contents of text boxes in a drawing. */
export const textBoxes = (drawing: XmlElement): XmlElement[] => descendants(drawing, 'w:txbxContent');
