/**
 * How near categories are to a text, in deviations from how near categories are on average. Cosines differ by model, by length
 * and by kind of text; by how many deviations the right category stands out differs little, so that a confidence means the same
 * for a short post and a long article.
 */
import type { Category } from '../../../src/kernel/db/types.ts';
import type { Calibration } from '../calibration.ts';
import { DEFAULT_TAXONOMY } from './default-tree/index.ts';
import { closeness, embedPrototypes, type Prototype } from './prototype.ts';
import { flattenTree } from './seed.ts';
import { TOPICLESS } from './topicless.ts';

export interface Prototypes {
  readonly categories: readonly Prototype[];
  /** The leaves of the default taxonomy, whatever the installation's: a tree of few categories says little about a text. */
  readonly backdrop: readonly Prototype[];
  readonly none: Prototype;
}

export async function embedTaxonomy(
  categories: readonly Category[],
  embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>,
): Promise<Prototypes> {
  const leaves = leavesOf(flattenTree(DEFAULT_TAXONOMY));
  const topicless = { label: '', description: '', keywords: [], examples: [...TOPICLESS] };
  const all = await embedPrototypes([topicless, ...leaves, ...categories], embed);
  const [none = { mean: new Float32Array(), texts: [] }] = all;
  return { none, backdrop: all.slice(1, leaves.length + 1), categories: all.slice(leaves.length + 1) };
}

/** The categories without children. */
export function leavesOf<C extends Pick<Category, 'id' | 'parentId'>>(categories: readonly C[]): C[] {
  const parents = new Set(categories.map(({ parentId }) => parentId));
  return categories.filter(({ id }) => !parents.has(id));
}

export interface Standings {
  /** One for each category. */
  readonly categories: readonly number[];
  readonly none: number;
}

export function standingsOf(vector: Float32Array, prototypes: Prototypes, { floor }: Calibration['taxonomy']): Standings {
  const compared = new Map<Prototype, number>();
  const cosineWith = (prototype: Prototype) => {
    const cosine = compared.get(prototype) ?? closeness(vector, prototype);
    compared.set(prototype, cosine);
    return cosine;
  };
  const cosines = prototypes.backdrop.map(cosineWith);
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / Math.max(1, cosines.length);
  const variance = cosines.reduce((sum, cosine) => sum + (cosine - mean) ** 2, 0) / Math.max(1, cosines.length);
  const deviation = Math.max(MIN_DEVIATION, Math.sqrt(variance));
  const standing = (cosine: number) => (cosine - mean) / deviation;
  return {
    categories: prototypes.categories.map((prototype) => standing(cosineWith(prototype))),
    none: standing(Math.max(floor, cosineWith(prototypes.none))),
  };
}

/** A model that gives every text the same vector tells nothing apart. */
const MIN_DEVIATION = 0.002;

/** Of the same text. The category that a text is about stands at 3 to 4. */
const EXAMPLE_STANDING = 10;

/** The standing of a category by a document that a person filed there: 0 where the documents begin to be related. */
export const exampleStanding = (cosine: number, { related }: Calibration): number =>
  (EXAMPLE_STANDING * (cosine - related)) / (1 - related);
