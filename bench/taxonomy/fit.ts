/** Finds the factors of a taxonomy's logits, and measures how right confidences are. */
import type { Calibration } from '../../src/kernel/model/calibration.ts';

export interface Scored {
  readonly set: string;
  /** By leaf: its standing and the evidence of its keywords. */
  readonly standings: readonly number[];
  readonly keywords: readonly number[];
  /** The standing of "none". */
  readonly none: number;
  /** By leaf: the topic of the set that it answers; undefined is none. */
  readonly topics: readonly (string | undefined)[];
  /** The topic of the text. */
  readonly topic: string;
}

type Factors = Calibration['taxonomy'];

export interface Answer {
  /** Of the topic that the likeliest leaf answers; of the leaf alone where it answers none. */
  readonly confidence: number;
  readonly right: boolean;
}

/** Whether the likeliest leaf answers the topic. */
export function answerOf({ standings, keywords, none, topics, topic }: Scored, factors: Factors): Answer {
  const logits = standings.map((standing, leaf) => factors.deviation * standing + factors.keywords * keywords[leaf]!);
  const ofNone = factors.deviation * none + factors.none;
  const highest = Math.max(ofNone, ...logits);
  const weights = logits.map((logit) => Math.exp(logit - highest));
  const total = weights.reduce((a, b) => a + b, Math.exp(ofNone - highest));
  const leaf = logits.indexOf(Math.max(...logits));
  const own = topics[leaf];
  const sum = own === undefined ? weights[leaf]! : weights.reduce((all, value, i) => all + (topics[i] === own ? value : 0), 0);
  return { confidence: sum / total, right: own === topic };
}

const binned = (answers: readonly Answer[]) => Map.groupBy(answers, ({ confidence }) => Math.min(9, Math.floor(confidence * 10)));

/** What the error of confidences that are right comes to by chance, with as many texts: the mean of half a normal distribution. */
export function errorByChance(answers: readonly Answer[]): number {
  const deviations = [...binned(answers).values()].map((bin) =>
    Math.sqrt(bin.reduce((sum, { confidence }) => sum + confidence * (1 - confidence), 0)),
  );
  return (Math.sqrt(2 / Math.PI) * deviations.reduce((a, b) => a + b, 0)) / Math.max(1, answers.length);
}

/** The expected calibration error in ten bins. */
export function calibrationError(answers: readonly Answer[]): number {
  const bins = binned(answers);
  const gaps = [...bins.values()].map((bin) =>
    Math.abs(bin.reduce((sum, { confidence, right }) => sum + confidence - Number(right), 0)),
  );
  return gaps.reduce((a, b) => a + b, 0) / Math.max(1, answers.length);
}

/**
 * The ratio of the factors by maximum likelihood of the topics; then their size by maximum likelihood of whether the likeliest
 * leaf is right, which is what a confidence says. Each set has the same weight. "None" is kept: no text of the sets is without
 * a topic.
 */
export function fitFactors(rows: readonly Scored[], known: Factors): Factors {
  const sets = [...Map.groupBy(rows, ({ set }) => set).values()];
  const weighed = (loss: (row: Scored) => number) =>
    sets.reduce((sum, some) => sum + some.reduce((all, row) => all + loss(row), 0) / some.length, 0);
  const at = ([deviation = 0, keywords = 0]: readonly number[], size = 1) => ({
    ...known,
    deviation: deviation * size,
    keywords: keywords * size,
  });
  const ratio = descend([known.deviation, known.keywords], (numbers) =>
    weighed((row) => -Math.log(likelihood(row, at(numbers)))),
  );
  const [size] = descend([1], ([size]) =>
    weighed((row) => {
      const { confidence, right } = answerOf(row, at(ratio, size));
      const p = Math.min(1 - 1e-6, Math.max(1e-6, confidence));
      return -Math.log(right ? p : 1 - p);
    }),
  );
  return at(ratio, size);
}

/** The probability of the text's topic, if it has one. */
function likelihood({ standings, keywords, topics, topic }: Scored, factors: Factors): number {
  let total = 0;
  let right = 0;
  for (const [leaf, standing] of standings.entries()) {
    const value = Math.exp(factors.deviation * standing + factors.keywords * keywords[leaf]!);
    total += value;
    if (topics[leaf] === topic) right += value;
  }
  return Math.max(1e-12, right / total);
}

/** Coordinate descent by steps in proportion to the numbers, and along all of them. */
function descend(start: readonly number[], loss: (numbers: readonly number[]) => number): number[] {
  let numbers = [...start];
  let best = loss(numbers);
  const directions = [...numbers.map((_, index) => numbers.map((_, other) => (other === index ? 1 : 0))), numbers.map(() => 1)];
  for (let step = 0.3; step > 0.005; step /= 2)
    for (let improved = true; improved; ) {
      improved = false;
      for (const direction of directions)
        for (const sign of [1, -1]) {
          const next = numbers.map((value, index) => value * (1 + sign * step * direction[index]!));
          const value = loss(next);
          if (value < best - 1e-6) [numbers, best, improved] = [next, value, true];
        }
    }
  return numbers;
}
