/**
 * Reads the XML parts of office documents in pieces. Names have known prefixes whatever the file calls its namespaces.
 * Entities of a DTD are never expanded; malformed input is read as far as it goes.
 */
import { Parser } from 'htmlparser2';
import { byteOrderMark } from '../../../../src/kernel/core/byte-order-mark.ts';
import { StageError } from '../../../../src/kernel/core/errors.ts';
import { prefixOf } from './namespaces.ts';

export type XmlNode = XmlElement | string;

export interface XmlElement {
  /** With a known prefix, such as `w:p`; `?:name` in other namespaces. */
  readonly name: string;
  /** By name; those without a prefix have none. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
}

export interface XmlVisitor {
  /** The element's content is kept for `kept` where this returns true. Elements in kept ones are not announced. */
  open(name: string, attributes: XmlElement['attributes'], parent: string): boolean;
  kept(element: XmlElement): void;
  close?(name: string): void;
}

const MAX_DEPTH = 512;
const CHUNK_BYTES = 65_536;
const NO_ATTRIBUTES: XmlElement['attributes'] = {};

interface OpenElement {
  readonly name: string;
  readonly attributes: XmlElement['attributes'];
  readonly children: XmlNode[];
}

/** Throws a permanent StageError for elements nested more than 512 deep. */
export function visitXml(bytes: Uint8Array, visitor: XmlVisitor): void {
  const names = createNames();
  const path: string[] = [];
  const kept: OpenElement[] = [];

  const parser = new Parser(
    {
      onopentag(rawName, rawAttributes) {
        if (path.length >= MAX_DEPTH)
          throw new StageError('permanent', `The document nests more than ${MAX_DEPTH} elements inside one another`);
        const attributes = names.enter(rawAttributes);
        const name = names.element(rawName);
        const parent = path.at(-1) ?? '';
        path.push(name);
        if (kept.length > 0 || visitor.open(name, attributes, parent)) kept.push({ name, attributes, children: [] });
      },
      ontext(text) {
        kept.at(-1)?.children.push(text);
      },
      onclosetag() {
        const name = path.pop() ?? '';
        names.leave();
        const element = kept.pop();
        if (!element) visitor.close?.(name);
        else if (kept.length > 0) kept.at(-1)?.children.push(element);
        else visitor.kept(element);
      },
    },
    { xmlMode: true },
  );
  const decoder = new TextDecoder(byteOrderMark(bytes) ?? 'utf-8');
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
    parser.write(decoder.decode(bytes.subarray(at, at + CHUNK_BYTES), { stream: true }));
  parser.end(decoder.decode());
}

/** The root element with all its content; undefined for bytes without one. */
export function parseXml(bytes: Uint8Array): XmlElement | undefined {
  let root: XmlElement | undefined;
  visitXml(bytes, {
    open: (_name, _attributes, parent) => parent === '',
    kept: (element) => {
      root ??= element;
    },
  });
  return root;
}

/** Resolves prefixes in the scopes of the open elements (Namespaces in XML 1.0). */
function createNames() {
  type Scope = ReadonlyMap<string, string>;
  let scope: Scope = new Map([['xml', 'xml']]);
  let resolved = new Map<string, string>();
  /** The scopes outside of the open elements; undefined for an element that declares nothing. */
  const outer: (Scope | undefined)[] = [];

  function resolve(name: string, isAttribute: boolean): string {
    const colon = name.indexOf(':');
    if (colon < 0 && isAttribute) return name;
    const prefix = scope.get(colon < 0 ? '' : name.slice(0, colon)) ?? '?';
    return `${prefix}:${name.slice(colon + 1)}`;
  }

  function cached(name: string, isAttribute: boolean): string {
    const key = isAttribute ? `@${name}` : name;
    let known = resolved.get(key);
    if (known === undefined) {
      known = resolve(name, isAttribute);
      resolved.set(key, known);
    }
    return known;
  }

  return {
    /** Enters an element and returns its attributes. */
    enter(raw: Readonly<Record<string, string>>): XmlElement['attributes'] {
      const names = Object.keys(raw);
      const declarations = names.filter((name) => name === 'xmlns' || name.startsWith('xmlns:'));
      outer.push(declarations.length > 0 ? scope : undefined);
      if (declarations.length > 0) {
        scope = new Map([...scope, ...declarations.map((name): [string, string] => [name.slice(6), prefixOf(raw[name] ?? '')])]);
        resolved = new Map();
      }
      if (names.length === declarations.length) return NO_ATTRIBUTES;
      const attributes: Record<string, string> = {};
      for (const name of names) attributes[cached(name, true)] = raw[name] ?? '';
      return attributes;
    },
    element: (name: string) => cached(name, false),
    leave(): void {
      const previous = outer.pop();
      if (!previous) return;
      scope = previous;
      resolved = new Map();
    },
  };
}
