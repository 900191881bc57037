/** Reads YAML: every document of the stream, with the comments before members. What no parser takes is kept as it is. */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { ParsedDocument } from '../document.ts';
import { type DataMember, type DataNode, MAX_DATA_DEPTH, scalar } from './data-tree.ts';
import { decodeInput } from './decode-input.ts';
import { outlineOf } from './json.ts';
import { removeControlCharacters } from './normalise.ts';
import type { Reader } from './reader.ts';
import { readVerbatim } from './verbatim.ts';

/** The parser takes several seconds for each MB. */
const MAX_YAML_CHARACTERS = 1_000_000;
/** Values that aliases may repeat in a document; further ones keep their names. */
const MAX_REPEATED = 10_000;

export const read: Reader = (input) => readYaml(decodeInput(input));

export function readYaml(source: string): ParsedDocument {
  const values = parseYaml(removeControlCharacters(source));
  if (values === null) return readVerbatim(source, 'yaml');
  const [only] = values;
  return outlineOf(values.length === 1 && only ? only : { kind: 'list', items: values });
}

/** The documents of a stream; null for what is not YAML, nests too deeply or holds nothing but a text. */
export function parseYaml(source: string): DataNode[] | null {
  if (source.length > MAX_YAML_CHARACTERS) return null;
  try {
    const parsed = parseAllDocuments(source, { schema: 'failsafe', uniqueKeys: false, logLevel: 'silent' });
    const documents = Array.isArray(parsed) ? parsed : [];
    if (documents.length === 0 || documents.some(({ errors }) => errors.length > 0)) return null;
    const values = documents.flatMap((document) => {
      const { contents } = document;
      return contents === null ? [] : [createConverter(document).convert(contents, 0)];
    });
    return values.every((value) => value !== null && value.kind !== 'scalar') && values.length > 0
      ? values.filter((value) => value !== null)
      : null;
  } catch {
    // Nesting too deep for the parser's stack.
    return null;
  }
}

type ParsedYaml = ReturnType<typeof parseAllDocuments>[number];

/** What each alias stands for: the last node before it with its name. `Alias.resolve` walks the document for each. */
function aliasTargets(document: ParsedYaml): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_key, node) => {
      const target = isAlias(node) ? anchors.get(node.source) : undefined;
      if (isAlias(node)) {
        if (target) targets.set(node, target);
      } else if (node.anchor) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function createConverter(document: ParsedYaml) {
  const targets = aliasTargets(document);
  let repeated = 0;

  /** Null below the deepest level. `inAlias`: the value stands in another place too. */
  function convert(node: unknown, depth: number, inAlias = false): DataNode | null {
    if (depth > MAX_DATA_DEPTH) return null;
    if (inAlias) repeated++;
    if (isAlias(node)) {
      const target = repeated < MAX_REPEATED ? targets.get(node) : undefined;
      return target === undefined ? scalar(`*${node.source}`) : convert(target, depth + 1, true);
    }
    if (isMap(node)) return convertMap(node, depth, inAlias);
    if (isSeq(node)) return convertList(node, depth, inAlias);
    return scalar(isScalar(node) ? textOf(node) : '');
  }

  function convertMap(map: YAMLMap, depth: number, inAlias: boolean): DataNode | null {
    const members: DataMember[] = [];
    for (const [index, { key, value }] of map.items.entries()) {
      const name = isScalar(key) ? textOf(key) : String(key);
      const own = convert(value, depth + 1, inAlias);
      if (own === null) return null;
      const before = [index === 0 ? map.commentBefore : null, (key as Node | null)?.commentBefore];
      const comment = before
        .map((text) => proseOf(text))
        .filter((text) => text !== '')
        .join('\n');
      // `<<: *base` gives the members of `base`.
      if (name === '<<' && own.kind === 'map') members.push(...own.members);
      else members.push(comment === '' ? { name, value: own } : { name, value: own, comment });
    }
    return { kind: 'map', members };
  }

  function convertList(list: YAMLSeq, depth: number, inAlias: boolean): DataNode | null {
    const items: DataNode[] = [];
    for (const item of list.items) {
      const own = convert(item, depth + 1, inAlias);
      if (own === null) return null;
      items.push(own);
    }
    return { kind: 'list', items };
  }

  return { convert };
}

const textOf = ({ value, source }: Scalar) => (value === null || value === undefined ? (source ?? '') : String(value));

/** A comment as a person would read it; empty for a rule of dashes or a setting that is commented out. */
const proseOf = (comment: string | null | undefined) =>
  (comment ?? '')
    .split('\n')
    .map((line) => line.replace(/^[ #!-]{0,40}/, '').trim())
    .filter((line) => /\p{L}/u.test(line))
    .join('\n');
