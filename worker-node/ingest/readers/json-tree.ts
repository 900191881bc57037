/**
 * Reads JSON into a tree. Comments and commas too many are passed over, several values may follow one another as in NDJSON,
 * and a number keeps its digits. Iterative, so that nesting cannot overflow the stack.
 */
import { type DataList, type DataMap, type DataNode, MAX_DATA_DEPTH, scalar } from './data-tree.ts';

const SPACE = /[\s\ufeff,]*/y;
const STRING = /"(?:[^"\\]|\\[\s\S])*"/y;
/** A number, `true`, `null`, or a name without quotation marks. */
const WORD = /[^\s"'{}[\],:/]+/y;
const LINE_COMMENT = /\/\/[^\n\r]*/y;
const BLOCK_COMMENT = /\/\*(?:[^*]|\*(?!\/))*\*\//y;

interface Open {
  readonly node: DataMap | DataList;
  /** The member whose value comes next; null where a name is expected. */
  name: string | null;
}

/** The values of `source`; null where it is not JSON, or nests too deeply. */
export function parseJson(source: string): DataNode[] | null {
  const values: DataNode[] = [];
  const open: Open[] = [];
  let at = 0;

  function take(expression: RegExp): string | null {
    expression.lastIndex = at;
    const match = expression.exec(source);
    if (!match) return null;
    at += match[0].length;
    return match[0];
  }

  /** False where a value cannot stand. */
  function add(value: DataNode): boolean {
    const parent = open.at(-1);
    if (!parent) values.push(value);
    else if (parent.node.kind === 'list') parent.node.items.push(value);
    else if (parent.name === null) return false;
    else {
      parent.node.members.push({ name: parent.name, value });
      parent.name = null;
    }
    return true;
  }

  /** Takes a text as the name of a member where one is expected. */
  function addText(text: string): boolean {
    const parent = open.at(-1);
    if (parent?.node.kind !== 'map' || parent.name !== null) return add(scalar(text));
    take(SPACE);
    if (source[at] !== ':') return false;
    at++;
    parent.name = text;
    return true;
  }

  while (true) {
    take(SPACE);
    const next = source[at];
    if (next === undefined) return open.length === 0 && values.length > 0 ? values : null;
    if (next === '{' || next === '[') {
      const node: DataMap | DataList = next === '{' ? { kind: 'map', members: [] } : { kind: 'list', items: [] };
      if (open.length === MAX_DATA_DEPTH || !add(node)) return null;
      open.push({ node, name: null });
      at++;
    } else if (next === '}' || next === ']') {
      const closed = open.pop();
      if (closed?.node.kind !== (next === '}' ? 'map' : 'list') || closed.name !== null) return null;
      at++;
    } else if (next === '"') {
      const text = unquote(take(STRING));
      if (text === null || !addText(text)) return null;
    } else if (next === '/') {
      if (take(LINE_COMMENT) === null && take(BLOCK_COMMENT) === null) return null;
    } else {
      const word = take(WORD);
      if (word === null || !addText(word)) return null;
      // Text that only looks like JSON would otherwise pass, word by word.
      if (open.length === 0 && !isLiteral(word)) return null;
    }
  }
}

const isLiteral = (word: string) => /^(?:-?\d[\d.eE+-]*|true|false|null)$/.test(word);

function unquote(literal: string | null): string | null {
  if (literal === null) return null;
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    return JSON.parse(literal.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')) as string;
  } catch {
    return literal.slice(1, -1);
  }
}
