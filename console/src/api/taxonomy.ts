/** The tree of categories, read once for all screens. */
import { signal } from '@preact/signals';
import type { components } from '../../../clients/typescript/src/index.ts';
import { names } from '../texts/names.ts';
import { client } from './client.ts';
import { inTime } from './in-time.ts';

export type Category = components['schemas']['Category'];

export interface KnownCategory {
  readonly id: string;
  readonly label: string;
  /** Labels from the root to this one. */
  readonly path: readonly string[];
  readonly parent: KnownCategory | undefined;
}

/** By id, each parent before its children; empty until the tree has been read. */
export const categories = signal<ReadonlyMap<string, KnownCategory>>(new Map());

let reading: Promise<void> | undefined;

/** Reads the tree unless it is known. A failure leaves ids in place of labels, and the next call asks again. */
export function loadTaxonomy(): Promise<void> {
  reading ??= readTaxonomy().catch(() => {
    reading = undefined;
  });
  return reading;
}

/** For lines that name categories: a name that comes later than its line moves what follows it. */
export const taxonomyInTime = (): Promise<void> => inTime(loadTaxonomy());

/** Reads the tree, also again after it was changed. */
export async function readTaxonomy(): Promise<void> {
  const known = new Map<string, KnownCategory>();
  const add = (node: Category, parent: KnownCategory | undefined) => {
    const category = { id: node.id, label: node.label, path: [...(parent?.path ?? []), node.label], parent };
    known.set(node.id, category);
    for (const child of node.children) add(child, category);
  };
  for (const root of (await client.get('/taxonomy')).categories) add(root, undefined);
  categories.value = known;
}

/** `Science › Earth`; the id while the tree is not known, or where it has no such category. */
export const categoryPath = (id: string): string => categories.value.get(id)?.path.join(' › ') ?? labelOf(id);

/** Documents that fit no category have this id in place of one. */
export const UNCATEGORISED = 'uncategorised';
export const labelOf = (id: string): string =>
  categories.value.get(id)?.label ?? (id === UNCATEGORISED ? names.uncategorised : id);
