/** The rows of hits. They are read from the database before an answer, so that it holds nothing that was deleted. */
import {
  type ChunkOfHit,
  findChunksOfHits,
  findChunksOfHitsWithVectors,
  type ResourceOfHit,
} from '../../../src/kernel/db/chunks.ts';
import type { Database } from '../../../src/kernel/db/types.ts';

export type HitResource = ResourceOfHit;
export type HitChunk = Omit<ChunkOfHit, keyof ResourceOfHit>;

export interface HitRows {
  /** By id; those that have one of the chunks. */
  readonly resources: ReadonlyMap<string, HitResource>;
  readonly chunks: ReadonlyMap<number, HitChunk>;
  /** Full vectors of chunks that are near, of length 1; a chunk without one is left out. */
  readonly vectors: ReadonlyMap<number, Float32Array>;
}

/** Reads chunks of one owner by their keys, with their resources, and those that are `near` with their vectors too. */
export type ReadHits = (seqs: readonly number[], near?: readonly number[]) => Promise<HitRows>;

/** `model`: whose vectors are read; null where there are none. */
export const hitReader =
  (db: Database, ownerId: string, model: string | null): ReadHits =>
  async (seqs, near = []) => {
    if (model === null || near.length === 0) return { ...byKey(await findChunksOfHits(db, ownerId, seqs)), vectors: new Map() };
    const rows = await findChunksOfHitsWithVectors(db, ownerId, { seqs, near, model });
    return { ...byKey(rows), vectors: new Map(rows.flatMap(({ seq, vector }) => (vector === null ? [] : [[seq, vector]]))) };
  };

const byKey = (rows: readonly ChunkOfHit[]): Pick<HitRows, 'resources' | 'chunks'> => ({
  resources: new Map(rows.map((row) => [row.resourceId, row])),
  chunks: new Map(rows.map((row) => [row.seq, row])),
});
