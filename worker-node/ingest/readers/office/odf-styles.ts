/** What the styles of an OpenDocument text mean. Automatic styles are in the content, named ones in a part of their own. */
import { child, childrenNamed } from './elements.ts';
import type { Script } from './scripts.ts';
import { parseXml, type XmlElement } from './xml.ts';

export type OdfRole = 'title' | 'quote' | 'code' | 'body';

export interface OdfStyles {
  /** Takes a `style:style` or `text:list-style`. */
  add(style: XmlElement): void;
  roleOf(name: string | undefined): OdfRole;
  /** Of a span. */
  scriptOf(name: string | undefined): Script;
  /** Whether a list of this style has numbers at a level from 0. */
  isNumbered(list: string | undefined, level: number): boolean;
  /** Whether a table of this style is shown. */
  isShown(table: string | undefined): boolean;
}

/** Names of styles as LibreOffice writes them, whatever its language. */
const ROLES: Readonly<Record<string, OdfRole>> = {
  Title: 'title',
  Quotations: 'quote',
  Quote: 'quote',
  Preformatted_20_Text: 'code',
  Source_20_Code: 'code',
};
const MAX_PARENTS = 20;
export const STYLE_ELEMENTS = new Set(['style:style', 'text:list-style']);

/** `part` is `styles.xml`. */
export function readOdfStyles(part: Uint8Array | undefined): OdfStyles {
  const parents = new Map<string, string | undefined>();
  const lists = new Map<string, ReadonlyMap<number, boolean>>();
  const hidden = new Set<string>();
  const scripts = new Map<string, Script>();

  function add(style: XmlElement): void {
    const { 'style:name': name = '', 'style:family': family, 'style:parent-style-name': parent } = style.attributes;
    if (style.name === 'text:list-style') lists.set(name, levelsOf(style));
    else if (family === 'paragraph') parents.set(name, parent);
    else if (family === 'text')
      scripts.set(name, scriptOf(child(style, 'style:text-properties')?.attributes['style:text-position']));
    else if (family === 'table' && child(style, 'style:table-properties')?.attributes['table:display'] === 'false')
      hidden.add(name);
  }

  const root = part && parseXml(part);
  for (const group of ['office:styles', 'office:automatic-styles'])
    for (const element of STYLE_ELEMENTS) childrenNamed(child(root, group), element).forEach(add);

  return {
    add,
    roleOf(name) {
      let at = name;
      for (let step = 0; at !== undefined && step < MAX_PARENTS; step++) {
        const role = ROLES[at];
        if (role !== undefined) return role;
        at = parents.get(at);
      }
      return 'body';
    },
    scriptOf: (name) => scripts.get(name ?? ''),
    isNumbered: (list, level) => lists.get(list ?? '')?.get(level) ?? false,
    isShown: (table) => !hidden.has(table ?? ''),
  };
}

/** `super 58%` and `33% 58%` are raised, `sub 58%` and `-33% 58%` lowered. */
function scriptOf(position = ''): Script {
  if (/^(?:super|[1-9])/.test(position)) return 'raised';
  return /^(?:sub|-)/.test(position) ? 'lowered' : undefined;
}

/** Whether each level, from 0, shows a number. */
function levelsOf(style: XmlElement): Map<number, boolean> {
  const levels = [
    ...childrenNamed(style, 'text:list-level-style-number').map((level): [XmlElement, boolean] => [
      level,
      (level.attributes['style:num-format'] ?? '') !== '',
    ]),
    ...childrenNamed(style, 'text:list-level-style-bullet').map((level): [XmlElement, boolean] => [level, false]),
  ];
  return new Map(levels.map(([level, numbered]) => [Number(level.attributes['text:level'] ?? 1) - 1, numbered]));
}
