/** The tree that JSON, YAML and TOML have in common. Members keep their order, and scalars are texts as they were written. */

export type DataNode = DataScalar | DataMap | DataList;

export interface DataScalar {
  readonly kind: 'scalar';
  readonly text: string;
}

export interface DataMap {
  readonly kind: 'map';
  readonly members: DataMember[];
}

export interface DataList {
  readonly kind: 'list';
  readonly items: DataNode[];
}

export interface DataMember {
  readonly name: string;
  readonly value: DataNode;
  /** A comment that stands before the member. */
  readonly comment?: string;
}

/** Objects and lists inside one another. Deeper ones are read as text: the writer of outlines calls itself for each level. */
export const MAX_DATA_DEPTH = 100;

export const scalar = (text: string): DataScalar => ({ kind: 'scalar', text });

/** The text of a member, on one line; null where it is missing, empty or no scalar. */
export function memberText(node: DataNode | undefined, name: string): string | null {
  const value = memberOf(node, name);
  const text = value?.kind === 'scalar' ? value.text.replace(/\s+/g, ' ').trim() : '';
  return text === '' ? null : text;
}

export function memberOf(node: DataNode | undefined, name: string): DataNode | undefined {
  return node?.kind === 'map' ? node.members.find((member) => member.name === name)?.value : undefined;
}

/** Names of members that tell one object from others, in the order in which they are looked for. */
const LABELS = ['title', 'name', 'label', 'id', 'key', 'kind', 'type'] as const;
const MAX_LABEL = 120;

/** What a person would call the object: its title, name or id; null where it has none. */
export function labelOf(node: DataNode): string | null {
  for (const label of LABELS) {
    const text = memberText(node, label) ?? (label === 'name' ? memberText(memberOf(node, 'metadata'), 'name') : null);
    if (text !== null && text.length <= MAX_LABEL) return text;
  }
  return null;
}
