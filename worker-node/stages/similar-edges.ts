/** Relates a resource to those that are near by the vectors of a model. It needs the vectors only, not the model. */
import { replaceSimilarEdges } from '../../src/kernel/db/edges.ts';
import { nearestResources } from '../../src/kernel/db/nearest-resources.ts';
import { markRelated } from '../../src/kernel/db/resource-embeddings.ts';
import { findResourceVector } from '../../src/kernel/db/resource-vectors.ts';
import type { Database, Edge, Resource } from '../../src/kernel/db/types.ts';
import { nearestNeighbours } from '../analysis/graph/similarity.ts';
import { calibrationOf } from './model-calibration.ts';

/** Nearest vectors considered. Keywords and category then move a resource by a few places, not by dozens. */
const CANDIDATES = 50;

export type Relatable = Pick<Resource, 'id' | 'ownerId' | 'keywords' | 'category'>;

/** The resource's edges of similarity by `model`; none if it has no vector by it. */
export async function similarEdges(db: Database, resource: Relatable, model: string, now: number): Promise<Edge[]> {
  const { id, ownerId } = resource;
  const vector = await findResourceVector(db, id, model);
  if (!vector) return [];
  const candidates = await nearestResources(db, { ownerId, vector, model, exceptId: id, limit: CANDIDATES });
  return nearestNeighbours(resource, candidates, await calibrationOf(db, model)).map(({ id: targetId, weight, evidence }) => ({
    ...{ sourceId: id, targetId, kind: 'similar', model, ownerId, weight, evidence, createdAt: now },
  }));
}

/** Replaces the resource's edges of similarity by `model`, and records that they are written. */
export async function writeSimilarEdges(
  tx: Database,
  resourceId: string,
  { model, edges, now }: { model: string; edges: readonly Edge[]; now: number },
): Promise<void> {
  await replaceSimilarEdges(tx, resourceId, model, edges);
  await markRelated(tx, { resourceId, model, now });
}
