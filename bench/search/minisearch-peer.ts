/** MiniSearch: words alone, in memory, without stemming. It has no vectors. */
import { HITS, type SearchPeer } from './search-peer.ts';

/** What is used of the package. */
export interface MiniSearchPackage {
  default: new (options: {
    fields: string[];
    storeFields: string[];
    idField: string;
  }) => {
    addAll(documents: readonly object[]): void;
    search(
      query: string,
      options: { boost: Record<string, number>; filter?: (result: Record<string, unknown>) => boolean },
    ): {
      document: string;
    }[];
  };
}

export function openMiniSearchPeer({ default: MiniSearch }: MiniSearchPackage): SearchPeer {
  const index = new MiniSearch({ fields: ['context', 'text'], storeFields: ['document', 'tags'], idField: 'seq' });
  return {
    name: 'MiniSearch: words alone',
    add: async (documents) => {
      for (const { id, tags, chunks } of documents)
        index.addAll(chunks.map(({ seq, context, text }) => ({ seq, context, text, document: id, tags })));
    },
    ask: async ({ text, tag }) => {
      const filter = (result: Record<string, unknown>) => (result.tags as readonly string[]).includes(tag as string);
      const found = index.search(text, { boost: { context: 2 }, ...(tag !== undefined && { filter }) });
      return [...new Set(found.map(({ document }) => document))].slice(0, HITS);
    },
    close: async () => {},
  };
}
