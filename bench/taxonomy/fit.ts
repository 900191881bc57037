/** Finds the factors of a taxonomy's logits, and measures how right confidences are. */
import type { Calibration } from '../../src/kernel/model/calibration.ts';
import { type Circumstances, confidencesOf, type Evidence } from '../../worker-node/analysis/taxonomy/confidence.ts';

export interface Scored extends Omit<Circumstances, 'factors'> {
  readonly set: string;
  readonly leaves: readonly Evidence[];
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
export function answerOf({ leaves, impression, count, topics, topic }: Scored, factors: Factors): Answer {
  const confidences = confidencesOf(leaves, { impression, count, factors });
  let leaf = 0;
  for (const [index, confidence] of confidences.entries()) if (confidence > confidences[leaf]!) leaf = index;
  const own = topics[leaf];
  if (own === undefined) return { confidence: confidences[leaf]!, right: false };
  return { confidence: confidences.reduce((sum, value, i) => sum + (topics[i] === own ? value : 0), 0), right: own === topic };
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

/** Texts that are labelled by leaf, which no set is: without them leaves of one branch would not be told apart. */
export const PASSAGES = 'passages';
/** Theirs, where that of each set is 1. */
const WEIGHT_OF_PASSAGES = 4;

/** Added to the loss for the square of a sharpness, so that a set alone decides little. */
const RIDGE = 0.002;
/** Of the cosines with texts without a topic, in which a sharpness is measured. */
const COSINES = 1 / 6;

/**
 * The ratio of the factors by maximum likelihood of the topics; then their size and sharpness by maximum likelihood of whether
 * the likeliest leaf of the sets' texts is right, which is what a confidence says. Each set has the same weight. A sharpness of 0
 * stays: the model does without it. "None" is kept: no text of the sets is without a topic.
 */
export function fitFactors(rows: readonly Scored[], known: Factors): Factors {
  const sets = [...Map.groupBy(rows, ({ set }) => set).values()];
  const weighed = (loss: (row: Scored) => number, weightOfPassages: number) =>
    sets.reduce((sum, some) => {
      const weight = some[0]?.set === PASSAGES ? weightOfPassages : 1;
      return weight === 0 ? sum : sum + (weight * some.reduce((all, row) => all + loss(row), 0)) / some.length;
    }, 0) / sets.length;
  const names = ['deviation', 'branch', 'keywords'] as const;
  const flat = { ...known, none: -99, sharpness: { topicless: 0, best: 0 } };
  const at = (ratio: readonly number[], factors: Factors, size = 1): Factors => ({
    ...factors,
    ...Object.fromEntries(names.map((name, index) => [name, ratio[index]! * size])),
  });
  const ratio = descend(
    names.map((name) => known[name]),
    (numbers) => weighed((row) => -Math.log(likelihood(row, at(numbers, flat))), WEIGHT_OF_PASSAGES),
  );
  const parts = (['topicless', 'best'] as const).filter((name) => known.sharpness[name] !== 0);
  const units = { topicless: COSINES, best: 1 };
  const sharp = ([size = 0, ...sharpness]: readonly number[]) => ({
    ...at(ratio, known, Math.exp(size)),
    sharpness: {
      ...known.sharpness,
      ...Object.fromEntries(parts.map((name, index) => [name, sharpness[index]! / units[name]])),
    },
  });
  const sharpest = descend(
    [0, ...parts.map((name) => known.sharpness[name] * units[name])],
    (numbers) =>
      RIDGE * numbers.slice(1).reduce((sum, value) => sum + value ** 2, 0) +
      weighed((row) => {
        const { confidence, right } = answerOf(row, sharp(numbers));
        const p = Math.min(1 - 1e-6, Math.max(1e-6, confidence));
        return -Math.log(right ? p : 1 - p);
      }, 0),
  );
  return sharp(sharpest);
}

/** The probability of the text's topic, if it has one. */
function likelihood({ leaves, impression, count, topics, topic }: Scored, factors: Factors): number {
  const confidences = confidencesOf(leaves, { impression, count, factors });
  return Math.max(
    1e-12,
    confidences.reduce((sum, value, i) => sum + (topics[i] === topic ? value : 0), 0),
  );
}

/** Coordinate descent: each number moves by the step in which it last improved, which halves where neither direction does. */
function descend(start: readonly number[], loss: (numbers: readonly number[]) => number): number[] {
  let numbers = [...start];
  let best = loss(numbers);
  const steps = numbers.map((value) => Math.max(0.04, Math.abs(value) / 8));
  while (steps.some((step) => step > 0.005))
    for (const index of numbers.keys()) {
      const step = steps[index]!;
      const tried = [step, -step].map((by) => numbers.map((value, other) => (other === index ? value + by : value)));
      const losses = tried.map(loss);
      const side = losses[0]! < losses[1]! ? 0 : 1;
      if (losses[side]! < best) [numbers, best] = [tried[side]!, losses[side]!];
      else steps[index] = step / 2;
    }
  return numbers;
}
