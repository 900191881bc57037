/** The graph stage: relates a resource to others by links, citations and similarity, and updates its PageRank. */
import type { Clock } from '../../src/kernel/core/ports.ts';
import { listEdgesOf, listOwnerEdges, NO_MODEL, replaceLinkEdges } from '../../src/kernel/db/edges.ts';
import { findLinksTo, listLinks } from '../../src/kernel/db/links.ts';
import { modelsOfResource } from '../../src/kernel/db/resource-embeddings.ts';
import { findByIdentifiers, listIdentifiers } from '../../src/kernel/db/resource-identifiers.ts';
import {
  countDocuments,
  findCentralities,
  listReadResources,
  lockResource,
  setCentrality,
} from '../../src/kernel/db/resources.ts';
import type { Database, Edge, Resource } from '../../src/kernel/db/types.ts';
import { toDirectedEdges } from '../analysis/graph/directed-edges.ts';
import { estimateRank, isRankingDue, pageRank } from '../analysis/graph/pagerank.ts';
import type { StageRunner } from '../pipeline/stage.ts';
import { similarEdges, writeSimilarEdges } from './similar-edges.ts';

export interface GraphStageDependencies {
  readonly db: Database;
  readonly clock: Clock;
}

/** Links of other resources to this one. */
const MAX_INCOMING = 1000;
/** Edges from which the rank of a new resource is estimated. */
const MAX_NEARBY_EDGES = 2000;
/** The weight of a link, on the scale of similarity (0 to 1): an author related the two documents explicitly. */
const LINK_WEIGHT = 1;

const kindOf = (targetKey: string): Edge['kind'] => (targetKey.startsWith('url:') ? 'links' : 'cites');

export function createGraphStage({ db, clock }: GraphStageDependencies): StageRunner {
  /** Per owner, the size of the library when this process last ranked it completely. */
  const rankedSizes = new Map<string, number>();

  return async function graph({ resource, report }) {
    const { id, ownerId } = resource;
    const similar = new Map<string, Edge[]>();
    for (const model of await modelsOfResource(db, id)) similar.set(model, await similarEdges(db, resource, model, clock.now()));
    report(50);
    return async (tx) => {
      // A job may have embedded it for another model since, and a switch to that one does not wait for this stage.
      if (!(await lockResource(tx, resource))) return;
      for (const model of await modelsOfResource(tx, id)) {
        if (!similar.has(model)) similar.set(model, await similarEdges(tx, resource, model, clock.now()));
      }
      // Links are read in the writing transaction, so that resources committed meanwhile are neither missed nor overwritten.
      await replaceLinkEdges(tx, id, await linkEdges(tx, resource, clock.now()));
      for (const [model, edges] of similar) await writeSimilarEdges(tx, id, { model, edges, now: clock.now() });
      const size = Math.max(1, await countDocuments(tx, ownerId));
      if (isRankingDue(size, rankedSizes.get(ownerId))) {
        await rankAll(tx, ownerId);
        rankedSizes.set(ownerId, size);
      } else await setCentrality(tx, id, await estimateNewRank(tx, resource, size));
    };
  };
}

/** Edges for links in both directions, so that a link resolves whichever document is ingested first. */
async function linkEdges(db: Database, { id, ownerId }: Resource, now: number): Promise<Edge[]> {
  const own = await listLinks(db, id);
  const targets = Map.groupBy(
    await findByIdentifiers(
      db,
      ownerId,
      own.map(({ targetKey }) => targetKey),
    ),
    ({ key }) => key,
  );
  const incoming = await findLinksTo(db, { ownerId, keys: await listIdentifiers(db, id), limit: MAX_INCOMING });
  const pairs = [
    ...own.flatMap((link) => (targets.get(link.targetKey) ?? []).map(({ resourceId }) => ({ link, from: id, to: resourceId }))),
    ...incoming.map((link) => ({ link, from: link.resourceId, to: id })),
  ];
  const edges = new Map<string, Edge>();
  for (const { link, from, to } of pairs) {
    const kind = kindOf(link.targetKey);
    const key = `${from} ${to} ${kind}`;
    // One edge per target; its evidence is the first place where the target is named.
    if (from === to || edges.has(key)) continue;
    const evidence = { context: link.context };
    edges.set(key, {
      ...{ sourceId: from, targetId: to, kind, model: NO_MODEL, ownerId, weight: LINK_WEIGHT, evidence, createdAt: now },
    });
  }
  return [...edges.values()];
}

/** Ranks the whole library. Linear in its size, but due only after growth by a tenth: constant cost per document. */
async function rankAll(tx: Database, ownerId: string): Promise<void> {
  const nodes = await listReadResources(tx, ownerId);
  const ranks = pageRank(
    nodes.map(({ id }) => id),
    toDirectedEdges(await listOwnerEdges(tx, ownerId)),
  );
  for (const { id, centrality } of nodes) {
    const rank = ranks.get(id);
    if (rank !== undefined && rank !== centrality) await setCentrality(tx, id, rank);
  }
}

async function estimateNewRank(tx: Database, { id, ownerId }: Resource, size: number): Promise<number> {
  const incoming = toDirectedEdges(await listEdgesOf(tx, { ownerId, ids: [id], limit: MAX_NEARBY_EDGES })).filter(
    ({ target }) => target === id,
  );
  const sources = [...new Set(incoming.map(({ source }) => source))];
  const weightsOut = new Map<string, number>();
  for (const { source, weight } of toDirectedEdges(await listEdgesOf(tx, { ownerId, ids: sources, limit: MAX_NEARBY_EDGES })))
    weightsOut.set(source, (weightsOut.get(source) ?? 0) + weight);
  return estimateRank(size, incoming, { ranks: await findCentralities(tx, ownerId, sources), weightsOut });
}
