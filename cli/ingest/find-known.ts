/** Which files the server has already, asked by their digests. */
import { type Client, PharosError } from '../../clients/typescript/src/index.ts';

/** As many as the server answers at once. */
export const LOOKED_UP_TOGETHER = 1_000;

/** A key that may only write, or a server of an earlier version. It recognises what it has when it is sent. */
const CANNOT_TELL: readonly number[] = [403, 404, 405];

export interface KnownDocument {
  readonly id: string;
  readonly isUnfinished: boolean;
}

/** The documents by digest. Those that failed are left out: sent again, they are processed again. */
export async function findKnown(pharos: Client, digests: readonly string[]): Promise<ReadonlyMap<string, KnownDocument>> {
  if (digests.length === 0) return new Map();
  try {
    const { resources } = await pharos.post('/resources/known', { body: { hashes: [...new Set(digests)] } });
    return new Map(
      resources.flatMap(({ content_hash, id, status }) =>
        status === 'failed' ? [] : [[content_hash, { id, isUnfinished: isUnfinished(status) }]],
      ),
    );
  } catch (error) {
    if (error instanceof PharosError && CANNOT_TELL.includes(error.status)) return new Map();
    throw error;
  }
}

export const isUnfinished = (status: string): boolean => status === 'pending' || status === 'processing';
