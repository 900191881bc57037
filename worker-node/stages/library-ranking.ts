/** PageRank of whole libraries, outside of the transactions that write documents. */
import { listOwnerEdges } from '../../src/kernel/db/edges.ts';
import { listReadResources, setCentralities } from '../../src/kernel/db/resources.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { toDirectedEdges } from '../analysis/graph/directed-edges.ts';
import { isRankingDue, pageRank } from '../analysis/graph/pagerank.ts';

export interface LibraryRanking {
  /** Ranks the library of `size` documents if it has grown or shrunk by a tenth since this process last ranked it. */
  rankIfDue(ownerId: string, size: number): Promise<void>;
}

export function createLibraryRanking({ db }: { readonly db: Database }): LibraryRanking {
  /** Per owner, the size of the library at its last ranking. */
  const ranked = new Map<string, number>();

  return {
    rankIfDue: async (ownerId, size) => {
      const before = ranked.get(ownerId);
      if (!isRankingDue(size, before)) return;
      // Documents that are finished meanwhile do not rank the library again.
      ranked.set(ownerId, size);
      try {
        await rankAll(db, ownerId);
      } catch (error) {
        if (before === undefined) ranked.delete(ownerId);
        else ranked.set(ownerId, before);
        throw error;
      }
    },
  };
}

/** Linear in the size of the library, but due only after growth by a tenth: constant cost per document. */
async function rankAll(db: Database, ownerId: string): Promise<void> {
  const nodes = await listReadResources(db, ownerId);
  const ids = nodes.map(({ id }) => id);
  const ranks = pageRank(ids, toDirectedEdges(await listOwnerEdges(db, ownerId)));
  const changed = nodes.flatMap(({ id, centrality }) => {
    const rank = ranks.get(id);
    return rank === undefined || rank === centrality ? [] : [[id, rank] as const];
  });
  await setCentralities(db, new Map(changed));
}
