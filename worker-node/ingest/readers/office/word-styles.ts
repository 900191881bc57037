/** What the paragraph styles of a Word document mean (ECMA-376 part 1, section 17.7). */
import { child, childrenNamed } from './elements.ts';
import { parseXml, type XmlElement } from './xml.ts';

export type ParagraphRole = 'title' | 'contents' | 'quote' | 'code' | 'body';

export interface ListLevel {
  readonly numId: string;
  readonly level: number;
}

export interface ParagraphStyle {
  readonly role: ParagraphRole;
  /** 1 to 6; undefined for a paragraph that is no heading. */
  readonly heading: number | undefined;
  readonly list: ListLevel | undefined;
}

/** The style of a paragraph with these properties. */
export type StyleOf = (properties: XmlElement | undefined) => ParagraphStyle;

interface Definition {
  readonly name: string;
  readonly basedOn: string | undefined;
  readonly properties: XmlElement | undefined;
}

/** Word writes the English names of built-in styles whatever its language; other programs do not. */
const HEADING_NAME =
  /^(?:heading|überschrift|titre|título|titolo|kop|rubrik|overskrift|otsikko|nagłówek|nadpis|başlık|заголовок|标题|標題|見出し|제목) ?([1-9])$/i;
const ROLE_NAMES: readonly (readonly [ParagraphRole, RegExp])[] = [
  ['title', /^(?:title|titel|título|titolo|otsikko|tytuł|название|标题|標題|表題)$/i],
  ['contents', /^(?:toc|contents|verzeichnis|tm|tdc|sommario) ?[1-9]$/i],
  ['quote', /^(?:intense quote|quote|block text|quotations)$/i],
  ['code', /^(?:source code|code|html preformatted|preformatted text|macro)$/i],
];
const MAX_HEADING = 6;
const BODY_LEVEL = 9;
const MAX_BASES = 20;

export function readStyles(bytes: Uint8Array | undefined): StyleOf {
  const root = bytes && parseXml(bytes);
  const definitions = new Map<string, Definition>();
  let standard: string | undefined;
  for (const style of childrenNamed(root, 'w:style')) {
    const { 'w:styleId': id, 'w:type': type, 'w:default': isDefault } = style.attributes;
    if (id === undefined || type !== 'paragraph') continue;
    if (isDefault === '1' || isDefault === 'true') standard = id;
    definitions.set(id, {
      name: settingOf(style, 'w:name') ?? id,
      basedOn: settingOf(style, 'w:basedOn'),
      properties: child(style, 'w:pPr'),
    });
  }
  const inherited = new Map<string, ParagraphStyle>();

  /** From the style to what it is based on; a circle is cut. */
  function lineage(id: string): Definition[] {
    const line: Definition[] = [];
    for (let at: string | undefined = id; at !== undefined && line.length < MAX_BASES; ) {
      const definition: Definition | undefined = definitions.get(at);
      if (!definition) break;
      line.push(definition);
      at = definition.basedOn;
    }
    return line;
  }

  function styleNamed(id: string): ParagraphStyle {
    const known = inherited.get(id);
    if (known) return known;
    const line = lineage(id);
    const names = line.length > 0 ? line.map(({ name }) => name) : [id];
    const role = ROLE_NAMES.find(([, name]) => names.some((own) => name.test(own)))?.[0] ?? 'body';
    const byName = names.map((name) => HEADING_NAME.exec(name)?.[1]).find((level) => level !== undefined);
    const byOutline = line.map(({ properties }) => outlineLevel(properties)).find((level) => level !== undefined);
    const heading = byName === undefined ? byOutline : Number(byName) - 1;
    const list = line.map(({ properties }) => listLevel(properties)).find((level) => level !== undefined);
    const style = { role, heading: headingOf(heading), list };
    inherited.set(id, style);
    return style;
  }

  return (properties) => {
    const style = styleNamed(settingOf(properties, 'w:pStyle') ?? standard ?? '');
    const own = outlineLevel(properties);
    const list = listLevel(properties);
    return {
      role: style.role,
      heading: own === undefined ? style.heading : headingOf(own),
      list: list && list.numId === '' ? style.list && { ...style.list, level: list.level } : (list ?? style.list),
    };
  };
}

export const settingOf = (parent: XmlElement | undefined, name: string): string | undefined =>
  child(parent, name)?.attributes['w:val'];

function outlineLevel(properties: XmlElement | undefined): number | undefined {
  const level = Number(settingOf(properties, 'w:outlineLvl') ?? Number.NaN);
  return Number.isInteger(level) ? level : undefined;
}

const headingOf = (outline: number | undefined) =>
  outline === undefined || outline < 0 || outline >= BODY_LEVEL ? undefined : Math.min(outline + 1, MAX_HEADING);

/** `numId` is empty where the properties name a level alone. */
function listLevel(properties: XmlElement | undefined): ListLevel | undefined {
  const numbering = child(properties, 'w:numPr');
  if (!numbering) return undefined;
  return {
    numId: settingOf(numbering, 'w:numId') ?? '',
    level: Math.max(0, Math.min(8, Number(settingOf(numbering, 'w:ilvl') ?? 0) || 0)),
  };
}
