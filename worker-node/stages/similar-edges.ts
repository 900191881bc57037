/** Relates a resource to those that are near by the vectors of a model. It needs the vectors only, not the model. */
import { replaceSimilarEdges } from '../../src/kernel/db/edges.ts';
import { nearestResources } from '../../src/kernel/db/nearest-resources.ts';
import { markRelated } from '../../src/kernel/db/resource-embeddings.ts';
import { findResourceVector } from '../../src/kernel/db/resource-vectors.ts';
import type { Database, Edge, Resource } from '../../src/kernel/db/types.ts';
import { nearestNeighbours } from '../analysis/graph/similarity.ts';
import { calibrationOf } from './model-calibration.ts';
import type { NearestDocuments } from './nearest-documents.ts';

/** Nearest vectors considered. Keywords and category then move a resource by a few places, not by dozens. */
const CANDIDATES = 50;
/** Asked of an index, whose vectors have fewer steps; of these the database's vectors decide. */
const MAX_AMONG = 100;

export type Relatable = Pick<Resource, 'id' | 'ownerId' | 'keywords' | 'category'>;

/** A resource's edges of similarity by a model, with the PageRank of those that are near. */
export interface Similar {
  readonly edges: readonly Edge[];
  readonly ranks: ReadonlyMap<string, number | null>;
}

interface SimilarOptions {
  readonly model: string;
  readonly now: number;
  readonly vector?: Float32Array | null | undefined;
  /** Absent in a transaction, which waits for nothing outside of the database. */
  readonly nearest?: NearestDocuments | undefined;
}

/** None if the resource has no vector by `model`. Its vector is read unless it is given. */
export async function similarEdges(
  db: Database,
  resource: Relatable,
  { model, now, vector: given, nearest: findNearest }: SimilarOptions,
): Promise<Similar> {
  const { id, ownerId } = resource;
  const vector = given === undefined ? await findResourceVector(db, id, model) : given;
  if (!vector) return { edges: [], ranks: new Map() };
  const among = await findNearest?.({ ownerId, vector, model, exceptId: id, limit: MAX_AMONG });
  const candidates = await nearestResources(db, { ownerId, vector, model, exceptId: id, limit: CANDIDATES, among });
  const nearest = nearestNeighbours(resource, candidates, await calibrationOf(db, model));
  const own = { sourceId: id, kind: 'similar', model, ownerId, createdAt: now } as const;
  return {
    edges: nearest.map(({ id: targetId, weight, evidence }) => ({ ...own, targetId, weight, evidence })),
    ranks: new Map(candidates.map((candidate) => [candidate.id, candidate.centrality])),
  };
}

/** Replaces the resource's edges of similarity by `model`, and records that they are written. */
export async function writeSimilarEdges(
  tx: Database,
  resourceId: string,
  { model, edges, now, isFirst = false }: { model: string; edges: readonly Edge[]; now: number; isFirst?: boolean },
): Promise<void> {
  await Promise.all([
    replaceSimilarEdges(tx, resourceId, model, edges, { isFirst }),
    markRelated(tx, { resourceId, model, now }),
  ]);
}
