/** What represents a category for an embedding model: the vectors of its texts, and their mean. */
import type { Category } from '../../../src/kernel/db/types.ts';

type Describing = Pick<Category, 'label' | 'description' | 'keywords' | 'examples'>;

export interface Prototype {
  readonly mean: Float32Array;
  readonly texts: readonly Float32Array[];
}

/** A transformer reads one text of all of them as a list, which every category is then; apart they stay different. */
export const prototypeTexts = ({ label, description, keywords, examples }: Describing): string[] =>
  [label, description, keywords.join(', '), ...examples].filter((text) => text !== '');

/** The normalised mean; zeros where there is none. */
export function meanVector(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (const [index, value] of vector.entries()) mean[index] = (mean[index] ?? 0) + value;
  const norm = Math.hypot(...mean);
  return Float32Array.from(mean, (value) => (norm < 1e-9 ? 0 : value / norm));
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

/** Texts of a category that are compared with a document: a document is about one part of its category. */
const NEAREST_TEXTS = 3;

/** A cosine: half of it with the category as a whole, half with the texts of it that are nearest. */
export function closeness(vector: Float32Array, { mean, texts }: Prototype): number {
  const nearest = texts
    .map((text) => dot(vector, text))
    .sort((a, b) => b - a)
    .slice(0, NEAREST_TEXTS);
  if (nearest.length === 0) return 0;
  return (dot(vector, mean) + nearest.reduce((sum, cosine) => sum + cosine, 0) / nearest.length) / 2;
}

/** The prototype of each category; those with the same texts share one. `embed` receives each text once, and all at once. */
export async function embedPrototypes(
  categories: readonly Describing[],
  embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>,
): Promise<Prototype[]> {
  const texts = categories.map(prototypeTexts);
  const distinct = [...new Set(texts.flat())];
  const vectors = await embed(distinct);
  const byText = new Map(distinct.map((text, index) => [text, vectors[index]]));
  const made = new Map<string, Prototype>();
  return texts.map((own) => {
    const found = own.flatMap((text) => byText.get(text) ?? []);
    const key = own.join('\n');
    const prototype = made.get(key) ?? { mean: meanVector(found), texts: found };
    made.set(key, prototype);
    return prototype;
  });
}
