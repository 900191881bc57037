/**
 * How near categories are to a text, in deviations from how near categories are on average. Cosines differ by model, by length
 * and by kind of text; by how many deviations the right category stands out differs little, so that a confidence means the same
 * for a short post and a long article.
 */
import type { Category } from '../../../src/kernel/db/types.ts';
import { flattenTree } from '../../../src/services/taxonomy/tree.ts';
import type { Calibration } from '../calibration.ts';
import { DEFAULT_TAXONOMY } from './default-tree/index.ts';
import { closeness, embedPrototypes, type Prototype } from './prototype.ts';
import { TOPICLESS } from './topicless.ts';

export interface Prototypes {
  readonly categories: readonly (Prototype & { readonly parent: Prototype | undefined })[];
  /** The default taxonomy's, whatever the installation's: a tree of few categories says little about a text. */
  readonly backdrop: { readonly leaves: readonly Prototype[]; readonly branches: readonly Prototype[] };
  readonly none: Prototype;
}

export async function embedTaxonomy(
  categories: readonly Category[],
  embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>,
): Promise<Prototypes> {
  const shipped = flattenTree(DEFAULT_TAXONOMY);
  const leaves = leavesOf(shipped);
  const branches = shipped.filter(({ id }) => shipped.some(({ parentId }) => parentId === id));
  const topicless = { label: '', description: '', keywords: [], examples: [...TOPICLESS] };
  const all = await embedPrototypes([topicless, ...leaves, ...branches, ...categories], embed);
  const [none = { mean: new Float32Array(), texts: [] }] = all;
  const [first, last] = [1 + leaves.length, 1 + leaves.length + branches.length];
  const own = all.slice(last);
  const byId = new Map(categories.map(({ id }, index) => [id, own[index]]));
  return {
    none,
    backdrop: { leaves: all.slice(1, first), branches: all.slice(first, last) },
    categories: own.map((prototype, index) => ({ ...prototype, parent: byId.get(categories[index]?.parentId ?? '') })),
  };
}

/** The categories without children. */
export function leavesOf<C extends Pick<Category, 'id' | 'parentId'>>(categories: readonly C[]): C[] {
  const parents = new Set(categories.map(({ parentId }) => parentId));
  return categories.filter(({ id }) => !parents.has(id));
}

/** Of a category, in deviations. */
export interface Standing {
  readonly own: number;
  /** That of its parent among branches; its own where it has no parent. */
  readonly branch: number;
}

/** What the categories together say about a text. */
export interface Impression {
  /** The standing of "none". */
  readonly none: number;
  /** The cosine with texts without a topic. */
  readonly topicless?: number;
  /** The highest standing. */
  readonly best?: number;
}

export interface Standings {
  /** One for each category. */
  readonly categories: readonly Standing[];
  readonly impression: Impression;
}

export function standingsOf(vector: Float32Array, prototypes: Prototypes, { floor }: Calibration['taxonomy']): Standings {
  const compared = new Map<readonly Float32Array[], number>();
  const cosineWith = (prototype: Prototype) => {
    const cosine = compared.get(prototype.texts) ?? closeness(vector, prototype);
    compared.set(prototype.texts, cosine);
    return cosine;
  };
  const leaves = prototypes.backdrop.leaves.map(cosineWith);
  const amongLeaves = deviations(leaves);
  const amongBranches = deviations(prototypes.backdrop.branches.map(cosineWith));
  const topicless = cosineWith(prototypes.none);
  return {
    categories: prototypes.categories.map((prototype) => ({
      own: amongLeaves(cosineWith(prototype)),
      branch: amongBranches(cosineWith(prototype.parent ?? prototype)),
    })),
    impression: {
      none: amongLeaves(Math.max(floor, topicless)),
      topicless,
      best: amongLeaves(leaves.reduce((most, cosine) => Math.max(most, cosine), -1)),
    },
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** A model that gives every text the same vector tells nothing apart. */
const MIN_DEVIATION = 0.002;

/** By how many deviations of `cosines` a cosine is above their mean. */
function deviations(cosines: readonly number[]): (cosine: number) => number {
  const centre = mean(cosines);
  const deviation = Math.max(MIN_DEVIATION, Math.sqrt(mean(cosines.map((cosine) => (cosine - centre) ** 2))));
  return (cosine) => (cosine - centre) / deviation;
}

/** Of the same text. The category that a text is about stands at 3 to 4. */
const EXAMPLE_STANDING = 10;

/** The standing of a category by a document that a person filed there: 0 where the documents begin to be related. */
export const exampleStanding = (cosine: number, { related }: Calibration): number =>
  (EXAMPLE_STANDING * (cosine - related)) / (1 - related);

/** The standing of a category that examples raise: they say nothing against it, and the branch stands with it. */
export function raisedBy(examples: readonly number[], standing: Standing | undefined): Standing | null {
  if (examples.length === 0) return standing ?? null;
  const highest = Math.max(...examples);
  return {
    own: Math.max(highest, standing?.own ?? highest),
    branch: Math.max(highest, standing?.branch ?? highest),
  };
}
