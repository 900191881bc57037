/** The graph stage: relates a resource to others by links, citations and similarity, and estimates its PageRank. */
import type { Clock } from '../../src/kernel/core/ports.ts';
import { listEdgesOf, NO_MODEL, replaceLinkEdges } from '../../src/kernel/db/edges.ts';
import { findActiveModel } from '../../src/kernel/db/embedding-models.ts';
import { findLinksTo, listLinks } from '../../src/kernel/db/links.ts';
import { modelsOfResource } from '../../src/kernel/db/resource-embeddings.ts';
import { findByIdentifiers, listIdentifiers } from '../../src/kernel/db/resource-identifiers.ts';
import { countDocuments, findCentralities, type ResourceSummary } from '../../src/kernel/db/resources.ts';
import type { Database, Edge, Link } from '../../src/kernel/db/types.ts';
import { toDirectedEdges } from '../analysis/graph/directed-edges.ts';
import { estimateRank } from '../analysis/graph/pagerank.ts';
import type { StageInput, StageRunner } from '../pipeline/stage.ts';
import { createLibraryRanking } from './library-ranking.ts';
import type { NearestDocuments } from './nearest-documents.ts';
import { type Similar, similarEdges, writeSimilarEdges } from './similar-edges.ts';

export interface GraphStageDependencies {
  readonly db: Database;
  readonly clock: Clock;
  /** Default: the database finds them. */
  readonly nearest?: NearestDocuments | undefined;
}

/** Links of other resources to this one. */
const MAX_INCOMING = 1000;
/** Edges from which the rank of a new resource is estimated. */
const MAX_NEARBY_EDGES = 2000;
/** The weight of a link, on the scale of similarity (0 to 1): an author related the two documents explicitly. */
const LINK_WEIGHT = 1;

const kindOf = (targetKey: string): Edge['kind'] => (targetKey.startsWith('url:') ? 'links' : 'cites');

export function createGraphStage({ db, clock, nearest }: GraphStageDependencies): StageRunner {
  const ranking = createLibraryRanking({ db });

  return async function graph({ resource, made, committed, report }) {
    const { id, ownerId } = resource;
    await committed();
    const similar = new Map<string, Similar>();
    const vectors = made.embedding?.vectors;
    for (const model of vectors?.keys() ?? (await modelsOfResource(db, id)))
      similar.set(model, await similarEdges(db, resource, { model, now: clock.now(), vector: vectors?.get(model), nearest }));
    report(50);
    const [size, links, active] = await Promise.all([
      countDocuments(db, ownerId),
      linkEdges(db, resource, { made, now: clock.now() }),
      made.embedding?.active ?? findActiveModel(db).then((model) => model?.id),
    ]);
    const own = active === undefined ? undefined : similar.get(active);
    const edges = [...links, ...(own?.edges ?? [])];
    const isFirst = made.document?.isFirst ?? false;
    const centrality = await estimateNewRank(db, resource, { size: Math.max(1, size), edges, ranks: own?.ranks, isFirst });
    return {
      fields: { centrality },
      write: async (tx) => {
        // Links are read in the writing transaction, so that resources committed meanwhile are neither missed nor overwritten.
        await replaceLinkEdges(tx, id, await linkEdges(tx, resource, { made, now: clock.now() }), { isFirst });
        // A job may have embedded it for another model since, and a switch to that one does not wait for this stage.
        for (const model of await modelsOfResource(tx, id)) {
          const { edges } = similar.get(model) ?? (await similarEdges(tx, resource, { model, now: clock.now() }));
          await writeSimilarEdges(tx, id, { model, edges, now: clock.now(), isFirst });
        }
      },
      afterwards: () => ranking.rankIfDue(ownerId, size),
    };
  };
}

/** Edges for links in both directions, so that a link resolves whichever document is ingested first. */
async function linkEdges(
  db: Database,
  { id, ownerId }: ResourceSummary,
  { made: { document }, now }: Pick<StageInput, 'made'> & { now: number },
): Promise<Edge[]> {
  const own = document?.links ?? (await listLinks(db, id));
  const keys = document?.identifiers ?? (await listIdentifiers(db, id));
  const targetKeys = own.map(({ targetKey }) => targetKey);
  const targets = Map.groupBy(await findByIdentifiers(db, ownerId, targetKeys), ({ key }) => key);
  const incoming = await findLinksTo(db, { ownerId, keys, limit: MAX_INCOMING });
  const pairs: { link: Link; from: string; to: string }[] = [
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

interface Estimated {
  /** The number of documents of the library. */
  readonly size: number;
  /** The edges that the stage is about to write, of those that readers see. */
  readonly edges: readonly Edge[];
  /** Ranks that are known already. */
  readonly ranks?: ReadonlyMap<string, number | null> | undefined;
  /** Whether no edge of the resource is stored. */
  readonly isFirst: boolean;
}

async function estimateNewRank(
  db: Database,
  { id, ownerId }: ResourceSummary,
  { size, edges, ranks, isFirst }: Estimated,
): Promise<number> {
  const limit = MAX_NEARBY_EDGES;
  // Of the edges that are stored, those stay that similar resources have to this one.
  const stays = ({ sourceId, kind }: Edge) => kind === 'similar' && sourceId !== id;
  const stored = isFirst ? [] : (await listEdgesOf(db, { ownerId, ids: [id], limit })).filter(stays);
  const incoming = toDirectedEdges([...edges, ...stored]).filter(({ target }) => target === id);
  const sources = [...new Set(incoming.map(({ source }) => source))];
  const unranked = sources.filter((source) => !ranks?.has(source));
  const [around, more] = await Promise.all([
    listEdgesOf(db, { ownerId, ids: sources, limit }),
    findCentralities(db, ownerId, unranked),
  ]);
  const others = around.filter((edge) => (edge.sourceId !== id && edge.targetId !== id) || stays(edge));
  const weightsOut = new Map<string, number>();
  for (const { source, weight } of toDirectedEdges([...edges, ...others]))
    weightsOut.set(source, (weightsOut.get(source) ?? 0) + weight);
  return estimateRank(size, incoming, { ranks: new Map([...(ranks ?? []), ...more]), weightsOut });
}
