/** Reads TOML. What the parser does not take is read as lines of settings. */
import { parse, TomlDate } from 'smol-toml';
import type { ParsedDocument } from '../document.ts';
import { type DataNode, MAX_DATA_DEPTH, scalar } from './data-tree.ts';
import { decodeInput } from './decode-input.ts';
import { outlineOf } from './json.ts';
import { removeControlCharacters } from './normalise.ts';
import type { Reader } from './reader.ts';
import { readSettings } from './settings.ts';

export const read: Reader = (input) => readToml(decodeInput(input));

export function readToml(source: string): ParsedDocument {
  const root = parseToml(removeControlCharacters(source));
  return root === null ? readSettings(source) : outlineOf(root);
}

function parseToml(source: string): DataNode | null {
  try {
    return treeOf(parse(source, { maxDepth: MAX_DATA_DEPTH, integersAsBigInt: true }));
  } catch {
    return null;
  }
}

function treeOf(value: unknown): DataNode {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(treeOf) };
  if (value instanceof TomlDate) return scalar(value.toISOString());
  if (typeof value === 'object' && value !== null)
    return { kind: 'map', members: Object.entries(value).map(([name, own]) => ({ name, value: treeOf(own) })) };
  return scalar(String(value));
}
