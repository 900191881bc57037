/** The rows of hits. They are read from the database before an answer, so that it holds nothing that was deleted. */
import { findChunks } from '../../../src/kernel/db/chunks.ts';
import { findResources } from '../../../src/kernel/db/resources.ts';
import type { Chunk, Database, Resource } from '../../../src/kernel/db/types.ts';

export type HitResource = Pick<Resource, 'id' | 'title' | 'url' | 'language' | 'contentType' | 'category' | 'tags' | 'createdAt'>;
export type HitChunk = Pick<
  Chunk,
  'seq' | 'id' | 'resourceId' | 'position' | 'text' | 'headingPath' | 'charStart' | 'charEnd' | 'pageStart' | 'pageEnd'
>;

export interface HitRows {
  readonly resources: ReadonlyMap<string, HitResource>;
  readonly chunks: ReadonlyMap<number, HitChunk>;
}

/** Reads resources and chunks by their keys, of one owner. */
export type ReadHits = (ids: readonly string[], seqs: readonly number[]) => Promise<HitRows>;

export function hitReader(db: Database, ownerId: string): ReadHits {
  return async (ids, seqs) => {
    const [resources, chunks] = await Promise.all([findResources(db, ownerId, ids), findChunks(db, ownerId, seqs)]);
    return {
      resources: new Map(resources.map((row) => [row.id, row])),
      chunks: new Map(chunks.map((row) => [row.seq, row])),
    };
  };
}
