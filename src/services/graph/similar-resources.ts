import { z } from 'zod';
import { listEdgesOf } from '../../kernel/db/edges.ts';
import { findResource, findResources } from '../../kernel/db/resources.ts';
import type { EdgeEvidence } from '../../kernel/model/graph.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { type Caller, operation } from '../operation.ts';
import { resourceBriefSchema, resourceId, resourceIdInput, toBrief } from '../resources/resource-schemas.ts';
import { evidenceSchema, toEvidenceBody } from './graph-schemas.ts';

/** The resources that the graph stage found nearest to this one, or vice versa; best first. */
export const similarResources = operation({
  name: 'resources.similar',
  scope: 'resources:read',
  summary: 'List similar resources',
  description: 'Most similar first. Empty until the graph stage has run.',
  destructive: false,
  input: z.object({ id: resourceIdInput, limit: z.coerce.number().int().min(1).max(50).default(10) }),
  output: z
    .object({
      resource_id: resourceId,
      similar: z.array(
        resourceBriefSchema.extend({ score: z.number(), evidence: evidenceSchema }).meta({ id: 'SimilarResource' }),
      ),
    })
    .meta({ id: 'SimilarResources' }),
  errors: ['not_found'],
  run: async ({ db, actor }: Pick<AppContext, 'db'> & Caller, { id, limit }) => {
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
    const similar = [...best].slice(0, limit).flatMap(([other, { score, evidence }]) => {
      const resource = resources.get(other);
      return resource ? [{ ...toBrief(resource), score, evidence: toEvidenceBody(evidence) }] : [];
    });
    return { resource_id: id, similar };
  },
});
