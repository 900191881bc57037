/** The numbers and bullets of list items in a Word document (ECMA-376 part 1, section 17.9). */
import { childrenNamed } from './elements.ts';
import { type ListLevel, settingOf } from './word-styles.ts';
import { parseXml, type XmlElement } from './xml.ts';

/** A number, a bullet, or undefined for an item that shows neither. */
export type ListMarker = { readonly number: number } | 'bullet' | undefined;

export interface Numbering {
  /** The marker of the next item at this level; counts it. */
  next(item: ListLevel): ListMarker;
}

interface Level {
  readonly format: string;
  readonly start: number;
}

interface Definition {
  /** Items of lists that share it are counted together. */
  readonly key: string;
  readonly levels: ReadonlyMap<number, Level>;
}

export function readNumbering(bytes: Uint8Array | undefined): Numbering {
  const root = bytes && parseXml(bytes);
  const definitions = new Map<string, Definition>();
  const byStyle = new Map<string, string>();
  const styleOf = new Map<string, string>();
  for (const definition of childrenNamed(root, 'w:abstractNum')) {
    const key = definition.attributes['w:abstractNumId'] ?? '';
    definitions.set(key, { key, levels: new Map(childrenNamed(definition, 'w:lvl').map(levelOf)) });
    const ownStyle = settingOf(definition, 'w:styleLink');
    const otherStyle = settingOf(definition, 'w:numStyleLink');
    if (ownStyle !== undefined) byStyle.set(ownStyle, key);
    if (otherStyle !== undefined) styleOf.set(key, otherStyle);
  }
  const lists = new Map<string, Definition & { readonly restarts: Map<number, number> }>();
  for (const list of childrenNamed(root, 'w:num')) {
    const named = settingOf(list, 'w:abstractNumId') ?? '';
    const definition = definitions.get(byStyle.get(styleOf.get(named) ?? '') ?? named);
    if (!definition) continue;
    const overrides = childrenNamed(list, 'w:lvlOverride');
    const levels = new Map([...definition.levels, ...overrides.flatMap((one) => childrenNamed(one, 'w:lvl').map(levelOf))]);
    lists.set(list.attributes['w:numId'] ?? '', { key: definition.key, levels, restarts: new Map(overrides.flatMap(restartOf)) });
  }
  /** Counts of the levels by definition. */
  const counts = new Map<string, number[]>();

  return {
    next({ numId, level }) {
      const list = lists.get(numId);
      if (!list) return undefined;
      const { key, levels, restarts } = list;
      const { format, start } = levels.get(level) ?? { format: 'bullet', start: 1 };
      const own = counts.get(key) ?? [];
      counts.set(key, own);
      own.length = Math.min(own.length, level + 1);
      const restart = restarts.get(level);
      restarts.delete(level);
      const number = restart ?? (own[level] === undefined ? start : own[level] + 1);
      own[level] = number;
      if (format === 'none') return undefined;
      return format === 'bullet' ? 'bullet' : { number };
    },
  };
}

const levelOf = (level: XmlElement): [number, Level] => [
  Number(level.attributes['w:ilvl'] ?? 0),
  { format: settingOf(level, 'w:numFmt') ?? 'decimal', start: wholeNumber(settingOf(level, 'w:start')) ?? 1 },
];

function restartOf(override: XmlElement): [number, number][] {
  const start = wholeNumber(settingOf(override, 'w:startOverride'));
  return start === undefined ? [] : [[Number(override.attributes['w:ilvl'] ?? 0), start]];
}

const wholeNumber = (text: string | undefined) => (text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined);
