/** Finds elements and text in a kept part of an office document. */
import type { XmlElement, XmlNode } from './xml.ts';

export const isElement = (node: XmlNode): node is XmlElement => typeof node !== 'string';

/**
 * The elements in `parent`. Of `mc:AlternateContent` those of its first choice, or of its fallback where there is no choice:
 * both say the same for newer and older programs (ECMA-376 part 3).
 */
export function elementsOf(parent: XmlElement): XmlElement[] {
  const elements = parent.children.filter(isElement);
  if (!elements.some(({ name }) => name === 'mc:AlternateContent')) return elements;
  return elements.flatMap((element) => {
    if (element.name !== 'mc:AlternateContent') return [element];
    const versions = element.children.filter(isElement);
    const chosen = versions.find(({ name }) => name === 'mc:Choice') ?? versions.find(({ name }) => name === 'mc:Fallback');
    return chosen ? elementsOf(chosen) : [];
  });
}

/** The first element along a path of names; undefined where one is missing. */
export function child(parent: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let found = parent;
  for (const wanted of path) found = found && elementsOf(found).find(({ name }) => name === wanted);
  return found;
}

export const childrenNamed = (parent: XmlElement | undefined, wanted: string): XmlElement[] =>
  parent ? elementsOf(parent).filter(({ name }) => name === wanted) : [];

/** The elements of a name anywhere in `parent`, in the order of the text, without those inside one another or in `outside`. */
export function descendants(parent: XmlElement | undefined, wanted: string, outside?: string): XmlElement[] {
  if (!parent) return [];
  return elementsOf(parent).flatMap((element) => {
    if (element.name === wanted) return [element];
    return element.name === outside ? [] : descendants(element, wanted, outside);
  });
}

/** All text in an element. */
export function textOf(element: XmlElement | undefined): string {
  return element?.children.map((node) => (isElement(node) ? textOf(node) : node)).join('') ?? '';
}
