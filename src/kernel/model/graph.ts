/** Why the graph stage connected two resources, as the `evidence` column stores it. */
export interface EdgeEvidence {
  /** Cosine similarity of the resources' vectors. */
  readonly cosine?: number;
  readonly sharedKeywords?: readonly string[];
  readonly sameCategory?: boolean;
  /** Text around a link or mention. */
  readonly context?: string;
}
