/** What the cosines of a model mean: worker-node/analysis/calibration.ts has the numbers. */
export interface Calibration {
  /**
   * A multinomial model over the leaf categories and "none". `deviation` is the logit of one deviation by which a category is
   * nearer to a text than categories are on average, and `keywords` that of a unit of evidence by keywords. "None" is as near
   * as texts without a topic are, but at least at the cosine `floor`; `none` is added to its logit.
   */
  readonly taxonomy: {
    readonly deviation: number;
    readonly keywords: number;
    readonly none: number;
    readonly floor: number;
  };
  /** ISO 639-1: documents in other languages are compared with each other only. Absent: any language. */
  readonly languages?: readonly string[];
  /** The cosine from which on two documents are related. */
  readonly related: number;
}
