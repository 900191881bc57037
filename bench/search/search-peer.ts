/** What is measured beside Pharos, in the same run and with the same questions. */
import type { BenchDocument } from '../support/zipf-library.ts';

export interface SearchQuestion {
  readonly text: string;
  readonly vector: Float32Array;
  /** Only documents with the tag. */
  readonly tag?: string;
}

export interface SearchPeer {
  readonly name: string;
  add(documents: readonly BenchDocument[]): Promise<void>;
  /** Called once, after all documents. */
  ready?(): Promise<void>;
  /** The ids of the ten best documents, by words and vectors together where the peer has both. */
  ask(question: SearchQuestion): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const HITS = 10;
/** Chunks of each list that are fused. */
export const CANDIDATES = 100;
const RRF_K = 60;

interface Found {
  readonly document: string;
}

/** Reciprocal rank fusion of chunks, the best chunk of a document first. */
export function fuse(lists: readonly (readonly Found[])[]): string[] {
  const scores = new Map<string, number>();
  for (const list of lists) {
    const seen = new Set<string>();
    for (const { document } of list) {
      if (seen.has(document)) continue;
      seen.add(document);
      scores.set(document, (scores.get(document) ?? 0) + 1 / (RRF_K + seen.size));
    }
  }
  return [...scores]
    .sort((a, b) => b[1] - a[1])
    .slice(0, HITS)
    .map(([document]) => document);
}
