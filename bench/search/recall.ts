/** How many of the ten nearest chunks are found by vectors of 8-bit integers, and when the best are ranked again by full vectors. */
import { RANKED_AGAIN } from '../../worker-node/search/answer/rank-again.ts';
import { createVectorBlock } from '../../worker-node/search/vectors/vector-block.ts';

const BEST = 10;

export interface RecallCheck {
  add(vector: Float32Array): void;
  result(): Recall;
}

/** Averages over the questions, 0 to 1. */
export interface Recall {
  /** By integers alone. */
  readonly byIntegers: number;
  /** One of the ten nearest is first among those that are ranked again, wherever the integers put it. */
  readonly rankedAgain: number;
}

interface Near {
  readonly slot: number;
  readonly cosine: number;
}

export function checkRecall(questions: readonly Float32Array[]): RecallCheck {
  const block = createVectorBlock((questions[0] as Float32Array).length);
  const exact = questions.map(() => [] as Near[]);
  let slots = 0;
  return {
    add: (vector) => {
      const slot = slots++;
      block.set(slot, vector);
      for (const [at, question] of questions.entries())
        keepBest(exact[at] as Near[], BEST, { slot, cosine: dot(question, vector) });
    },
    result: () => {
      const recall = { byIntegers: 0, rankedAgain: 0 };
      for (const [at, question] of questions.entries()) {
        const cosines = block.cosines(question, slots);
        const found: Near[] = [];
        for (let slot = 0; slot < slots; slot++) keepBest(found, RANKED_AGAIN, { slot, cosine: cosines[slot] as number });
        const best = new Set(exact[at]?.map(({ slot }) => slot));
        const shareOf = (some: readonly Near[]) =>
          some.filter(({ slot }) => best.has(slot)).length / best.size / questions.length;
        recall.byIntegers += shareOf(found.slice(0, BEST));
        recall.rankedAgain += shareOf(found);
      }
      return recall;
    },
  };
}

function keepBest(best: Near[], count: number, one: Near): void {
  if (best.length === count && one.cosine <= (best[count - 1] as Near).cosine) return;
  let at = best.length;
  while (at > 0 && (best[at - 1] as Near).cosine < one.cosine) at--;
  best.splice(at, 0, one);
  if (best.length > count) best.pop();
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
