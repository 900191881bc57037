import { z } from 'zod';
import { present } from '../../kernel/core/present.ts';
import { listEdgesOf } from '../../kernel/db/edges.ts';
import { findResources } from '../../kernel/db/resources.ts';
import type { Edge } from '../../kernel/db/types.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { type Caller, operation } from '../operation.ts';
import { resourceBriefSchema, resourceId, resourceIdInput, toBrief } from '../resources/resource-schemas.ts';
import { evidenceSchema, toEvidenceBody } from './graph-schemas.ts';

const MAX_DEPTH = 3;
/** Bounds of a response that a drawing can still show; the heaviest edges are followed first. */
const MAX_NODES = 200;
const MAX_EDGES = 1_000;

const nodeSchema = resourceBriefSchema.extend({ depth: z.int(), centrality: z.number().optional() }).meta({ id: 'GraphNode' });

const edgeSchema = z
  .object({
    source: resourceId,
    target: resourceId,
    kind: z.enum(['similar', 'links', 'cites']),
    weight: z.number(),
    evidence: evidenceSchema,
  })
  .meta({ id: 'GraphEdge' });

/** The requested resource first, then the others by distance; and the edges between two of them. */
export const resourceGraph = operation({
  name: 'resources.graph',
  scope: 'resources:read',
  summary: 'Read the graph around a resource',
  description:
    'Every resource that similarity, links and citations connect with it, in either direction, up to `depth` edges away.',
  destructive: false,
  input: z.object({ id: resourceIdInput, depth: z.coerce.number().int().min(1).max(MAX_DEPTH).default(1) }),
  output: z
    .object({
      resource_id: resourceId,
      depth: z.int(),
      nodes: z.array(nodeSchema),
      edges: z.array(edgeSchema),
      truncated: z.boolean().meta({ description: 'True if the graph was cut off at the largest number of nodes' }),
    })
    .meta({ id: 'ResourceGraph' }),
  errors: ['not_found'],
  run: async ({ db, actor }: Pick<AppContext, 'db'> & Caller, { id, depth }) => {
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
      .map((resource) => ({
        ...toBrief(resource),
        depth: distance.get(resource.id) ?? 0,
        ...present({ centrality: resource.centrality }),
      }))
      .sort((a, b) => a.depth - b.depth || (a.id < b.id ? -1 : 1));
    const shown = [...edges.values()].filter((edge) => distance.has(edge.sourceId) && distance.has(edge.targetId));
    return { resource_id: id, depth, nodes, edges: shown.map(toEdgeBody), truncated };
  },
});

const toEdgeBody = ({ sourceId, targetId, kind, weight, evidence }: Edge) => ({
  source: sourceId,
  target: targetId,
  kind,
  weight,
  evidence: toEvidenceBody(evidence),
});
