/** A category assigned by the taxonomy stage, as the `categories` column stores it. */
export interface CategoryScore {
  readonly id: string;
  readonly label: string;
  /** 0 to 1. */
  readonly confidence: number;
}
