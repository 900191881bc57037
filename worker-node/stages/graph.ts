/** The graph stage: who a resource links to, cites and resembles, and how central that makes it. */
import { countReadResources, listReadResources, setCentrality } from '../../src/kernel/db/centrality.ts';
import { listOwnerEdges, replaceEdgesOf } from '../../src/kernel/db/edges.ts';
import { findLinksTo, listLinks } from '../../src/kernel/db/links.ts';
import { nearestResources } from '../../src/kernel/db/nearest-resources.sqlite.ts';
import { findByIdentifiers, listIdentifiers } from '../../src/kernel/db/resource-identifiers.ts';
import { findResourceVector } from '../../src/kernel/db/resource-vectors.ts';
import type { Database, Edge, Resource } from '../../src/kernel/db/types.ts';
import type { Clock } from '../../src/kernel/ports.ts';
import { isRankingDue, pageRank } from '../../src/library/graph/pagerank.ts';
import { nearest } from '../../src/library/graph/similarity.ts';
import type { Embedder } from '../embedder/embedder.ts';
import type { StageRunner } from '../stage.ts';

export interface GraphStageDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly embedder: Pick<Embedder, 'model'>;
}

/** Looked at before keywords and category are weighed in: those can lift a resource by a few places, not by dozens. */
const CANDIDATES = 50;
const MAX_INCOMING = 1000;
/** What a link tells about two resources beside how alike they are: somebody thought of the one while writing the other. */
const LINK_WEIGHT = 1;

const kindOf = (targetKey: string): Edge['kind'] => (targetKey.startsWith('url:') ? 'links' : 'cites');

export function createGraphStage({ db, clock, embedder }: GraphStageDependencies): StageRunner {
  /** Links resolve whichever of the two arrives first: mine to what is here, and theirs to me. */
  async function linkEdges({ id, ownerId }: Resource): Promise<Edge[]> {
    const own = await listLinks(db, id);
    const targets = await findByIdentifiers(
      db,
      ownerId,
      own.map(({ targetKey }) => targetKey),
    );
    const incoming = await findLinksTo(db, { ownerId, keys: await listIdentifiers(db, id), limit: MAX_INCOMING });
    const base = { ownerId, weight: LINK_WEIGHT, createdAt: clock.now() };
    const found = [
      ...targets.flatMap(({ key, resourceId }) =>
        own
          .filter(({ targetKey }) => targetKey === key)
          .map(({ context }) => ({ ...base, sourceId: id, targetId: resourceId, kind: kindOf(key), evidence: { context } })),
      ),
      ...incoming.map(({ resourceId, targetKey, context }) => ({
        ...base,
        sourceId: resourceId,
        targetId: id,
        kind: kindOf(targetKey),
        evidence: { context },
      })),
    ];
    const others = found.filter(({ sourceId, targetId }) => sourceId !== targetId);
    return [...new Map(others.map((edge) => [`${edge.sourceId} ${edge.targetId} ${edge.kind}`, edge])).values()];
  }

  async function similarEdges(resource: Resource): Promise<Edge[]> {
    const { id, ownerId } = resource;
    const vector = await findResourceVector(db, id, embedder.model);
    if (!vector) return [];
    const candidates = await nearestResources(db, { ownerId, vector, model: embedder.model, exceptId: id, limit: CANDIDATES });
    return nearest(resource, candidates).map((neighbour) => ({
      sourceId: id,
      targetId: neighbour.id,
      kind: 'similar',
      ownerId,
      weight: neighbour.weight,
      evidence: neighbour.evidence,
      createdAt: clock.now(),
    }));
  }

  /** Ranks to write: all of them when a ranking is due, this one's alone in between. */
  async function centralities({ id, ownerId }: Resource, edges: readonly Edge[]): Promise<Map<string, number>> {
    const size = Math.max(1, await countReadResources(db, ownerId));
    if (!isRankingDue(size)) return new Map([[id, 1 / size]]);
    const nodes = await listReadResources(db, ownerId);
    const kept = (await listOwnerEdges(db, ownerId)).filter(
      ({ sourceId, targetId, kind }) => sourceId !== id && (targetId !== id || kind === 'similar'),
    );
    const directed = [...kept, ...edges].flatMap(({ sourceId, targetId, kind, weight }) => {
      const edge = { source: sourceId, target: targetId, weight };
      // Resemblance has no direction.
      return kind === 'similar' ? [edge, { source: targetId, target: sourceId, weight }] : [edge];
    });
    const ranks = pageRank(
      nodes.map((node) => node.id),
      directed,
    );
    const before = new Map(nodes.map((node) => [node.id, node.centrality]));
    return new Map([...ranks].filter(([node, rank]) => before.get(node) !== rank));
  }

  return async function graph({ resource, report }) {
    const links = await linkEdges(resource);
    report(30);
    const edges = [...links, ...(await similarEdges(resource))];
    report(60);
    const ranks = await centralities(resource, edges);
    return async (tx) => {
      await replaceEdgesOf(tx, resource.id, edges);
      for (const [id, rank] of ranks) await setCentrality(tx, id, rank);
    };
  };
}
