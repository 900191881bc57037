/** Resources near another one: by similarity, and along links and citations. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { EdgeEvidence } from '../../kernel/model/graph.ts';
import type { AppContext } from '../../services/context.ts';
import { MAX_DEPTH, resourceGraph } from '../../services/graph/resource-graph.ts';
import { similarResources } from '../../services/graph/similar-resources.ts';
import type { AppEnv } from '../env.ts';
import { present } from '../present.ts';
import { createRouter, defineRoute, json, problems, requiresScopes } from '../router.ts';
import { idParameters, resourceBriefSchema, resourceId, toBrief } from './resource-schemas.ts';

const tags = ['Resources'];

const evidenceSchema = z
  .object({
    cosine: z.number().optional(),
    shared_keywords: z.array(z.string()).optional(),
    same_category: z.boolean().optional(),
    context: z.string().optional().openapi({ description: 'Words around the link' }),
  })
  .openapi('EdgeEvidence');

const similarRoute = defineRoute({
  method: 'get',
  path: '/resources/{id}/similar',
  tags,
  summary: 'List similar resources',
  description: 'Most similar first. Empty until the graph stage has run.',
  security: requiresScopes('resources:read'),
  request: { params: idParameters, query: z.object({ limit: z.coerce.number().int().min(1).max(50).default(10) }) },
  responses: {
    200: json(
      'Similar resources with their scores',
      z
        .object({
          resource_id: resourceId,
          similar: z.array(
            resourceBriefSchema.extend({ score: z.number(), evidence: evidenceSchema }).openapi('SimilarResource'),
          ),
        })
        .openapi('SimilarResources'),
    ),
    ...problems(404, 422, 503),
  },
});

const graphRoute = defineRoute({
  method: 'get',
  path: '/resources/{id}/graph',
  tags,
  summary: 'Read the graph around a resource',
  description:
    'Every resource that similarity, links and citations connect with it, in either direction, up to `depth` edges away.',
  security: requiresScopes('resources:read'),
  request: { params: idParameters, query: z.object({ depth: z.coerce.number().int().min(1).max(MAX_DEPTH).default(1) }) },
  responses: {
    200: json(
      'Nodes and edges',
      z
        .object({
          resource_id: resourceId,
          depth: z.int(),
          nodes: z.array(resourceBriefSchema.extend({ depth: z.int(), centrality: z.number().optional() }).openapi('GraphNode')),
          edges: z.array(
            z
              .object({
                source: resourceId,
                target: resourceId,
                kind: z.enum(['similar', 'links', 'cites']),
                weight: z.number(),
                evidence: evidenceSchema,
              })
              .openapi('GraphEdge'),
          ),
          truncated: z.boolean().openapi({ description: 'True if the graph was cut off at the largest number of nodes' }),
        })
        .openapi('ResourceGraph'),
    ),
    ...problems(404, 422, 503),
  },
});

export function createRelatedRoutes(context: AppContext): OpenAPIHono<AppEnv> {
  const router = createRouter();

  router.openapi(similarRoute, async (c) => {
    const { id } = c.req.valid('param');
    const found = await similarResources(context, c.get('actor'), { id, limit: c.req.valid('query').limit });
    const similar = found.map(({ resource, score, evidence }) => ({
      ...toBrief(resource),
      score,
      evidence: toEvidenceBody(evidence),
    }));
    return c.json({ resource_id: id, similar }, 200);
  });

  router.openapi(graphRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { depth } = c.req.valid('query');
    const graph = await resourceGraph(context, c.get('actor'), { id, depth });
    const nodes = graph.nodes.map(({ resource, depth }) => ({
      ...toBrief(resource),
      depth,
      ...present({ centrality: resource.centrality }),
    }));
    const edges = graph.edges.map(({ sourceId, targetId, kind, weight, evidence }) => ({
      source: sourceId,
      target: targetId,
      kind,
      weight,
      evidence: toEvidenceBody(evidence),
    }));
    return c.json({ resource_id: id, depth, nodes, edges, truncated: graph.truncated }, 200);
  });

  return router;
}

const toEvidenceBody = ({ cosine, sharedKeywords, sameCategory, context }: EdgeEvidence) =>
  present({ cosine, shared_keywords: sharedKeywords && [...sharedKeywords], same_category: sameCategory, context });
