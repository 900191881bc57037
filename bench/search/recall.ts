/** How many of the ten nearest chunks vectors of 8-bit integers find, compared with the full vectors. */
import { createVectorBlock } from '../../worker-node/search/vectors/vector-block.ts';

const BEST = 10;

export interface RecallCheck {
  add(vector: Float32Array): void;
  /** The average over the questions, 0 to 1. */
  result(): number;
}

export function checkRecall(questions: readonly Float32Array[]): RecallCheck {
  const block = createVectorBlock((questions[0] as Float32Array).length);
  const exact = questions.map(() => [] as { slot: number; cosine: number }[]);
  let slots = 0;
  return {
    add: (vector) => {
      const slot = slots++;
      block.set(slot, vector);
      for (const [at, question] of questions.entries())
        keepBest(exact[at] as (typeof exact)[number], slot, dot(question, vector));
    },
    result: () => {
      const shares = questions.map((question, at) => {
        const cosines = block.cosines(question, slots);
        const found: { slot: number; cosine: number }[] = [];
        for (let slot = 0; slot < slots; slot++) keepBest(found, slot, cosines[slot] as number);
        const best = new Set(exact[at]?.map(({ slot }) => slot));
        return found.filter(({ slot }) => best.has(slot)).length / best.size;
      });
      return shares.reduce((sum, share) => sum + share, 0) / shares.length;
    },
  };
}

function keepBest(best: { slot: number; cosine: number }[], slot: number, cosine: number): void {
  if (best.length === BEST && cosine <= (best[BEST - 1] as { cosine: number }).cosine) return;
  let at = best.length;
  while (at > 0 && (best[at - 1] as { cosine: number }).cosine < cosine) at--;
  best.splice(at, 0, { slot, cosine });
  if (best.length > BEST) best.pop();
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
