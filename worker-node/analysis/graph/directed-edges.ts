import type { Edge } from '../../../src/kernel/db/types.ts';
import type { RankedEdge } from './pagerank.ts';

/** Relations as a walker may follow them: links one way; resemblance, which has no direction, both ways. */
export function toDirectedEdges(edges: readonly Pick<Edge, 'sourceId' | 'targetId' | 'kind' | 'weight'>[]): RankedEdge[] {
  return edges.flatMap(({ sourceId, targetId, kind, weight }) => {
    const edge = { source: sourceId, target: targetId, weight };
    return kind === 'similar' ? [edge, { source: targetId, target: sourceId, weight }] : [edge];
  });
}
