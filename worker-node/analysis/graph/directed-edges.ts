import type { Edge } from '../../../src/kernel/db/types.ts';
import type { RankedEdge } from './pagerank.ts';

/** Relations as directed edges for PageRank: links in one direction, similarity, which is symmetric, in both. */
export function toDirectedEdges(edges: readonly Pick<Edge, 'sourceId' | 'targetId' | 'kind' | 'weight'>[]): RankedEdge[] {
  return edges.flatMap(({ sourceId, targetId, kind, weight }) => {
    const edge = { source: sourceId, target: targetId, weight };
    return kind === 'similar' ? [edge, { source: targetId, target: sourceId, weight }] : [edge];
  });
}
