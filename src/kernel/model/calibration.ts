/** What the cosines of a model mean: worker-node/analysis/calibration.ts has the numbers. */
export interface Calibration {
  /**
   * A multinomial model over the leaf categories and "none". `deviation` and `branch` are the logits of one deviation by which
   * the category and its branch are nearer to a text than others are, and `keywords` that of a unit of evidence by keywords.
   * "None" is as near as texts without a topic are, but at least at the cosine `floor`; `none` is added to its logit.
   * `sharpness` multiplies the logits of categories by an exponential: of the cosine with texts without a topic, and of the
   * deviations of the nearest category.
   */
  readonly taxonomy: {
    readonly deviation: number;
    readonly branch: number;
    readonly keywords: number;
    readonly none: number;
    readonly floor: number;
    readonly sharpness: { readonly topicless: number; readonly best: number };
  };
  /** ISO 639-1: documents in other languages are compared with each other only. Absent: any language. */
  readonly languages?: readonly string[];
  /** The cosine from which on two documents are related. */
  readonly related: number;
}
