/** The rows of hits. They are read from the database before an answer, so that it holds nothing that was deleted. */
import { findChunkVectors } from '../../../src/kernel/db/chunk-vectors.ts';
import { type ChunkOfHit, findChunksOfHits, type ResourceOfHit } from '../../../src/kernel/db/chunks.ts';
import type { Database } from '../../../src/kernel/db/types.ts';

export type HitResource = ResourceOfHit;
export type HitChunk = Omit<ChunkOfHit, keyof ResourceOfHit>;

export interface HitRows {
  /** By id; those that have one of the chunks. */
  readonly resources: ReadonlyMap<string, HitResource>;
  readonly chunks: ReadonlyMap<number, HitChunk>;
}

/** Reads chunks by their keys, of one owner, with their resources. */
export type ReadHits = (seqs: readonly number[]) => Promise<HitRows>;

export function hitReader(db: Database, ownerId: string): ReadHits {
  return async (seqs) => {
    const rows = await findChunksOfHits(db, ownerId, seqs);
    return {
      resources: new Map(rows.map((row) => [row.resourceId, row])),
      chunks: new Map(rows.map((row) => [row.seq, row])),
    };
  };
}

/** The full vectors of chunks by their keys, of length 1; a chunk without one is left out. */
export type ReadVectors = (seqs: readonly number[]) => Promise<ReadonlyMap<number, Float32Array>>;

export const vectorReader =
  (db: Database, ownerId: string, model: string): ReadVectors =>
  (seqs) =>
    findChunkVectors(db, { ownerId, model, seqs });
