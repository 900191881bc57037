/** How likely each leaf category is for a text: a multinomial model over the leaves and "none". */
import type { Calibration } from '../calibration.ts';
import type { Impression, Standing } from './standing.ts';

export interface Evidence {
  /** Null where the text cannot be compared with the category. */
  readonly standing: Standing | null;
  /** Of the category's keywords in the text. */
  readonly keywords: number;
}

export interface Circumstances {
  readonly impression: Impression;
  /** Words of the text. */
  readonly count: number;
  /** Those of the model. */
  readonly factors: Calibration['taxonomy'];
}

/** The confidence of each leaf. They sum to less than 1; the rest is that of "none". */
export function confidencesOf(leaves: readonly Evidence[], { impression, count, factors }: Circumstances): number[] {
  const sharpness = sharpnessOf(impression, factors);
  const logits = leaves.map((leaf) => sharpness * logitOf(leaf, factors));
  const none = factors.deviation * impression.none + factors.none - LONGER * lengthOf(count);
  const highest = logits.reduce((most, logit) => Math.max(most, logit), none);
  const weights = logits.map((logit) => Math.exp(logit - highest));
  const total = weights.reduce((sum, weight) => sum + weight, Math.exp(none - highest));
  return weights.map((weight) => weight / total);
}

const logitOf = ({ standing, keywords }: Evidence, factors: Calibration['taxonomy']): number =>
  factors.keywords * keywords + (standing === null ? 0 : factors.deviation * standing.own + factors.branch * standing.branch);

const MOST_SHARPNESS = 2;
/** Where `impression` says nothing: that of texts on average. */
const AVERAGE = { topicless: 0.2, best: 3 };

/** How much is to be made of the logits: they say more of a text in everyday words, and less the further the best is ahead. */
function sharpnessOf({ topicless, best }: Impression, { sharpness }: Calibration['taxonomy']): number {
  const exponent =
    sharpness.topicless * ((topicless ?? AVERAGE.topicless) - AVERAGE.topicless) +
    sharpness.best * ((best ?? AVERAGE.best) - AVERAGE.best);
  return Math.min(MOST_SHARPNESS, Math.max(1 / MOST_SHARPNESS, Math.exp(exponent)));
}

/**
 * Long texts without a topic are rare; a long text that resembles them is a conversation about something. Taken from the logit
 * of "none" for each time that a text is longer by a factor of e.
 */
const LONGER = 1.6;
/** In words. */
const [SHORT, LONG] = [30, 300];
const lengthOf = (count: number): number => Math.log(Math.min(LONG, Math.max(SHORT, count)) / SHORT);
