/** Scores of different scales are compared by how many deviations they lie above their mean. */

export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** Few documents that hold a word may all score the same. Their deviation is then this part of the highest score. */
const LEAST_PART = 0.15;

/** Of the documents that hold a word of the question. */
export function spreadOfWords(scores: Float32Array): Spread {
  let highest = 0;
  let number = 0;
  let sum = 0;
  let squares = 0;
  for (let slot = 0; slot < scores.length; slot++) {
    const score = scores[slot] as number;
    if (!(score > 0)) continue;
    if (score > highest) highest = score;
    number++;
    sum += score;
    squares += score * score;
  }
  const { mean, deviation } = spreadOf(number, sum, squares);
  return { mean, deviation: Math.max(deviation, LEAST_PART * highest) || 1 };
}

/** Of the documents that have a vector. */
export function spreadOfMeaning(scores: Float32Array): Spread {
  let number = 0;
  let sum = 0;
  let squares = 0;
  for (let slot = 0; slot < scores.length; slot++) {
    const score = scores[slot] as number;
    if (score === 0) continue;
    number++;
    sum += score;
    squares += score * score;
  }
  const { mean, deviation } = spreadOf(number, sum, squares);
  return { mean, deviation: Math.max(deviation, 0.01) };
}

export const standardised = (score: number, { mean, deviation }: Spread): number => (score - mean) / deviation;

function spreadOf(number: number, sum: number, squares: number): Spread {
  if (number === 0) return { mean: 0, deviation: 0 };
  const mean = sum / number;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / number - mean * mean)) };
}
