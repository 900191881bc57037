/** The tree as it is edited: pure changes of it, what it would lose, and the way back to JSON. */
import type { components } from '../../../../clients/typescript/src/index.ts';

export type Category = components['schemas']['Category'];

export interface Draft {
  /** Stays while the page is open; ids of new categories change with their labels. */
  readonly key: number;
  readonly id: string;
  /** Whether a person wrote the id; otherwise that of a new category follows its label. */
  readonly hasOwnId: boolean;
  readonly label: string;
  readonly description: string;
  /** One a line. */
  readonly keywords: string;
  readonly examples: string;
  readonly children: Drafts;
}
export type Drafts = readonly Draft[];
export type TextField = 'id' | 'label' | 'description' | 'keywords' | 'examples';

/** As the API bounds them. */
export const MAX_LEVELS = 6;

let lastKey = 0;

export const toDrafts = (categories: readonly Category[]): Drafts =>
  categories.map(({ id, label, description, keywords, examples, children }) => ({
    ...{ key: ++lastKey, id, hasOwnId: true, label, description },
    ...{ keywords: keywords.join('\n'), examples: examples.join('\n'), children: toDrafts(children) },
  }));

export const toCategories = (drafts: Drafts): Category[] =>
  drafts.map(({ id, label, description, keywords, examples, children }) => ({
    ...{ id: id.trim(), label: label.trim(), description: description.trim() },
    ...{ keywords: linesOf(keywords), examples: linesOf(examples), children: toCategories(children) },
  }));

const linesOf = (text: string): string[] => text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));

export interface Place {
  readonly draft: Draft;
  readonly parent: Draft | undefined;
  readonly siblings: Drafts;
  readonly index: number;
  /** From 1. */
  readonly level: number;
}

/** Every category with its place, parents before their children; below those that `isOpen` denies, none. */
export function placesOf(drafts: Drafts, isOpen: (draft: Draft) => boolean = () => true): Place[] {
  const visit = (siblings: Drafts, parent: Draft | undefined, level: number): Place[] =>
    siblings.flatMap((draft, index) => [
      { draft, parent, siblings, index, level },
      ...(isOpen(draft) ? visit(draft.children, draft, level + 1) : []),
    ]);
  return visit(drafts, undefined, 1);
}

export const placeOf = (drafts: Drafts, key: number | undefined): Place | undefined =>
  placesOf(drafts).find(({ draft }) => draft.key === key);

/** Replaces the list in which the category stands by what `make` returns. */
function alterSiblings(drafts: Drafts, key: number, make: (siblings: Drafts, index: number) => Drafts): Drafts {
  const index = drafts.findIndex((draft) => draft.key === key);
  if (index >= 0) return make(drafts, index);
  return drafts.map((draft) => {
    const children = alterSiblings(draft.children, key, make);
    return children.every((child, n) => child === draft.children[n]) && children.length === draft.children.length
      ? draft
      : { ...draft, children };
  });
}

export const update = (drafts: Drafts, key: number, change: Partial<Draft>): Drafts =>
  alterSiblings(drafts, key, (siblings, index) => siblings.map((draft, n) => (n === index ? { ...draft, ...change } : draft)));

export const remove = (drafts: Drafts, key: number): Drafts =>
  alterSiblings(drafts, key, (siblings, index) => siblings.toSpliced(index, 1));

/** Exchanges the category with the one before (-1) or after (1) it; the same tree where there is none. */
export function shift(drafts: Drafts, key: number, by: -1 | 1): Drafts {
  return alterSiblings(drafts, key, (siblings, index) => {
    const [own, other] = [siblings[index], siblings[index + by]];
    return own && other ? siblings.with(index, other).with(index + by, own) : siblings;
  });
}

/** Puts the category last below another one, or among the roots. The same tree where that is below itself. */
export function moveUnder(drafts: Drafts, key: number, parent: number | undefined): Drafts {
  const place = placeOf(drafts, key);
  if (!place || placesOf([place.draft]).some(({ draft }) => draft.key === parent)) return drafts;
  return insert(remove(drafts, key), place.draft, parent);
}

export function insert(drafts: Drafts, draft: Draft, parent: number | undefined): Drafts {
  const target = placeOf(drafts, parent)?.draft;
  return target ? update(drafts, target.key, { children: [...target.children, draft] }) : [...drafts, draft];
}

export function newDraft(label: string, id: string): Draft {
  return { key: ++lastKey, id, hasOwnId: false, label, description: '', keywords: '', examples: '', children: [] };
}

/** An id that no other category has: that of the parent, and the label in small letters and digits. */
export function idFor(label: string, parent: Draft | undefined, taken: ReadonlySet<string>): string {
  const plain = label.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const word = (plain.match(/[a-z0-9]+/g) ?? []).join('-').slice(0, 30).replace(/-$/, '') || 'category';
  const base = parent ? `${parent.id.slice(0, 30).replace(/[.-]$/, '')}.${word}` : word;
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(id)) return id;
  }
}

export const idsOf = (drafts: Drafts): Set<string> => new Set(placesOf(drafts).map(({ draft }) => draft.id));

/** How many levels there are from this category down, itself included. */
export const heightOf = ({ children }: Draft): number => 1 + Math.max(0, ...children.map(heightOf));

export interface Use {
  readonly documents: number;
  readonly corrected: number;
}
export type UseById = ReadonlyMap<string, Use>;

/** The documents of categories together. */
export function useOf(ids: Iterable<string>, use: UseById): Use {
  let [documents, corrected] = [0, 0];
  for (const id of ids) {
    documents += use.get(id)?.documents ?? 0;
    corrected += use.get(id)?.corrected ?? 0;
  }
  return { documents, corrected };
}

export interface Refusal {
  readonly key: number;
  readonly field: TextField;
  readonly message: string;
  /** Of a keyword or example, from 1. */
  readonly line?: number;
}

/** The category and the field that a path of the API names, such as `categories.0.children.2.keywords.1`. */
export function refusalOf(drafts: Drafts, path: string, message: string): Refusal | undefined {
  const [root, ...steps] = path.split('.');
  if (root !== 'categories') return undefined;
  let siblings = drafts;
  for (let at = 0; at < steps.length; at += 2) {
    const draft = siblings[Number(steps[at])];
    const field = steps[at + 1];
    if (!draft) return undefined;
    if (field === 'children' && steps.length > at + 2) {
      siblings = draft.children;
      continue;
    }
    const known = (['id', 'label', 'description', 'keywords', 'examples'] as const).find((name) => name === field) ?? 'label';
    const line = Number(steps[at + 2]);
    return { key: draft.key, field: known, message, ...(Number.isInteger(line) ? { line: line + 1 } : {}) };
  }
  return undefined;
}
