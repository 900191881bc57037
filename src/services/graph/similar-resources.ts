import { listEdgesOf } from '../../kernel/db/edges.ts';
import { findResource, findResources, type ResourceSummary } from '../../kernel/db/resources.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { EdgeEvidence } from '../../kernel/model/graph.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { requireScope } from '../require-scope.ts';

export interface SimilarResource {
  readonly resource: ResourceSummary;
  /** 0 to 1. */
  readonly score: number;
  readonly evidence: EdgeEvidence;
}

/** The resources that the graph stage found nearest to this one, or vice versa; best first. Throws `not_found`. */
export async function similarResources(
  { db }: Pick<AppContext, 'db'>,
  actor: Actor,
  { id, limit }: { id: string; limit: number },
): Promise<SimilarResource[]> {
  requireScope(actor, 'resources:read');
  const ownerId = actor.userId;
  if (!(await findResource(db, { id, ownerId }))) throw noSuchResource();
  // Two resources may have an edge in each direction, so twice the limit of edges yields at least `limit` resources.
  const edges = await listEdgesOf(db, { ownerId, ids: [id], kind: 'similar', limit: limit * 2 });
  const best = new Map<string, { score: number; evidence: EdgeEvidence }>();
  for (const { sourceId, targetId, weight, evidence } of edges) {
    const other = sourceId === id ? targetId : sourceId;
    if (other !== id && !best.has(other)) best.set(other, { score: weight, evidence });
  }
  const resources = new Map((await findResources(db, ownerId, [...best.keys()])).map((found) => [found.id, found]));
  return [...best].slice(0, limit).flatMap(([other, found]) => {
    const resource = resources.get(other);
    return resource ? [{ resource, ...found }] : [];
  });
}
