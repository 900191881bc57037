/** What the cosines of a model mean: worker-node/analysis/calibration.ts has the numbers. */
export interface Calibration {
  /**
   * A multinomial model over the leaf categories and "none": `cosine` and `keywords` are factors, `none` is the logit of
   * "none".
   */
  readonly taxonomy: { readonly cosine: number; readonly keywords: number; readonly none: number };
  /** Whether a category is one text of all that describes it, or the mean of its texts. */
  readonly prototypes: 'text' | 'mean';
  /** The cosine from which on two documents are related. */
  readonly related: number;
}
