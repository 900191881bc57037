import { listEdgesOf } from '../../kernel/db/edges.ts';
import { findResources, type ResourceSummary } from '../../kernel/db/resources.ts';
import type { Edge } from '../../kernel/db/types.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { requireScope } from '../require-scope.ts';

export const MAX_DEPTH = 3;
/** Bounds of a response that a drawing can still show; the heaviest edges are followed first. */
const MAX_NODES = 200;
const MAX_EDGES = 1_000;

export interface ResourceGraph {
  /** The requested resource first, then by distance. */
  readonly nodes: readonly { readonly resource: ResourceSummary; readonly depth: number }[];
  /** The edges between two of the nodes. */
  readonly edges: readonly Edge[];
  /** Whether the bounds left out nodes or edges. */
  readonly truncated: boolean;
}

/** The resources within `depth` edges of a resource, in either direction, and their edges. Throws `not_found`. */
export async function resourceGraph(
  { db }: Pick<AppContext, 'db'>,
  actor: Actor,
  { id, depth }: { id: string; depth: number },
): Promise<ResourceGraph> {
  requireScope(actor, 'resources:read');
  const ownerId = actor.userId;
  if ((await findResources(db, ownerId, [id])).length === 0) throw noSuchResource();

  const distance = new Map([[id, 0]]);
  const edges = new Map<string, Edge>();
  let truncated = false;
  let frontier = [id];
  for (let step = 1; step <= depth && frontier.length > 0; step++) {
    const found = await listEdgesOf(db, { ownerId, ids: frontier, limit: MAX_EDGES });
    truncated ||= found.length === MAX_EDGES;
    frontier = [];
    for (const edge of found) {
      edges.set(`${edge.sourceId} ${edge.targetId} ${edge.kind}`, edge);
      for (const end of [edge.sourceId, edge.targetId]) {
        if (distance.has(end)) continue;
        if (distance.size >= MAX_NODES) {
          truncated = true;
          continue;
        }
        distance.set(end, step);
        frontier.push(end);
      }
    }
  }

  const resources = await findResources(db, ownerId, [...distance.keys()]);
  const nodes = resources
    .map((resource) => ({ resource, depth: distance.get(resource.id) ?? 0 }))
    .sort((a, b) => a.depth - b.depth || (a.resource.id < b.resource.id ? -1 : 1));
  const shown = [...edges.values()].filter((edge) => distance.has(edge.sourceId) && distance.has(edge.targetId));
  return { nodes, edges: shown, truncated };
}
