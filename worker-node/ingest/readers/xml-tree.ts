/** Reads XML into a tree. Entities of a document type are never expanded, and elements too deep are read as part of those above. */
import { Parser } from 'htmlparser2';
import { StageError } from '../../../src/kernel/core/errors.ts';

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** By name without prefix; declarations of namespaces are left out. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: (XmlElement | string)[];
}

/** Elements inside one another. Readers call themselves for each. */
export const MAX_XML_DEPTH = 90;

/** The parser's time for an element is in proportion to those around it. */
const MAX_BELOW = 10_000;
const tooDeep = () =>
  new StageError('permanent', `The XML nests elements more than ${MAX_BELOW} deep, which no document does; send its text`);

const localName = (name: string) => name.slice(name.indexOf(':') + 1);

/** The root element; null for a text without one. Markup that is not well-formed is read as far as it can be. */
export function parseXml(source: string): XmlElement | null {
  let root: XmlElement | null = null;
  const open: XmlElement[] = [];
  /** Elements below the deepest one. */
  let below = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (open.length === MAX_XML_DEPTH) {
          below++;
          if (below > MAX_BELOW) throw tooDeep();
          addText(' ');
          return;
        }
        const own = Object.entries(attributes).filter(([key]) => !/^(?:xmlns(?::|$)|xsi:schemaLocation$)/.test(key));
        const element: XmlElement = {
          name: localName(name),
          attributes: new Map(own.map(([key, value]) => [localName(key), value])),
          children: [],
        };
        // A second root is read as a child of the first.
        const parent = open.at(-1) ?? root;
        parent?.children.push(element);
        root ??= element;
        open.push(element);
      },
      onclosetag() {
        if (below > 0) below--;
        else open.pop();
      },
      ontext: addText,
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.write(source);
  parser.end();

  function addText(text: string): void {
    const children = open.at(-1)?.children;
    if (!children) return;
    const last = children.length - 1;
    const before = children[last];
    if (typeof before === 'string') children[last] = before + text;
    else children.push(text);
  }
  return root;
}

export const elementsOf = ({ children }: XmlElement): XmlElement[] => children.filter((child) => typeof child !== 'string');

export const childNamed = (element: XmlElement, ...names: readonly string[]): XmlElement | undefined =>
  names.map((name) => elementsOf(element).find((child) => child.name === name)).find((child) => child !== undefined);

/** All text inside, as it stands. */
export function rawText(element: XmlElement): string {
  const parts: string[] = [];
  const collect = ({ children }: XmlElement): void => {
    for (const child of children) {
      if (typeof child === 'string') parts.push(child);
      else collect(child);
    }
  };
  collect(element);
  return parts.join('');
}

/** All text inside, on one line. */
export const textOf = (element: XmlElement | undefined): string => (element ? rawText(element).replace(/\s+/g, ' ').trim() : '');
