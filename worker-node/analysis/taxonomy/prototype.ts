/** What represents a category for an embedding model. */

import type { Category } from '../../../src/kernel/db/types.ts';
import type { Calibration } from '../calibration.ts';

type Describing = Pick<Category, 'label' | 'description' | 'keywords' | 'examples'>;

/**
 * The texts whose mean vector is the category's. A transformer reads one text of all of them as a list, which every category
 * is then: of 69 labelled passages all-MiniLM-L6-v2 has 55 right by one text, and 61 by the mean.
 */
export function prototypeTexts(form: Calibration['prototypes'], category: Describing): string[] {
  const { label, description, keywords, examples } = category;
  const texts = [label, description, keywords.join(', '), ...examples];
  return form === 'text' ? [texts.join('\n')] : texts.filter((text) => text !== '');
}

/** The normalised mean; zeros where there is none. */
export function meanVector(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (const [index, value] of vector.entries()) mean[index] = (mean[index] ?? 0) + value;
  const norm = Math.hypot(...mean);
  return Float32Array.from(mean, (value) => (norm < 1e-9 ? 0 : value / norm));
}

export const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

/** The vector of each category. `embed` receives all texts at once. */
export async function embedPrototypes(
  form: Calibration['prototypes'],
  categories: readonly Describing[],
  embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>,
): Promise<Float32Array[]> {
  const texts = categories.map((category) => prototypeTexts(form, category));
  const vectors = await embed(texts.flat());
  let from = 0;
  return texts.map(({ length }) => {
    from += length;
    return meanVector(vectors.slice(from - length, from));
  });
}
