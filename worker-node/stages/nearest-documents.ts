/** Asks an index which documents are near, so that the database need not compare every vector of a library. */

import { createFailureLog } from '../../src/kernel/core/failure-log.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import type { NeighboursAnswer, NeighboursRequest } from '../../src/kernel/search/search-request.ts';

export interface NearestOf {
  readonly ownerId: string;
  readonly vector: Float32Array;
  readonly model: string;
  readonly exceptId: string;
  readonly limit: number;
}

/** Ids of the nearest; undefined where no index answers in time, or its vectors are another model's. Never rejects. */
export type NearestDocuments = (of: NearestOf) => Promise<readonly string[] | undefined>;

export interface NearestDocumentsDependencies {
  readonly log: Log;
  neighbours(request: NeighboursRequest, signal: AbortSignal): Promise<NeighboursAnswer>;
}

/** Milliseconds that a document waits for the index. A library that is not in memory is loaded meanwhile, for the next one. */
const DEADLINE_MS = 1_000;

export function createNearestDocuments({ log, neighbours }: NearestDocumentsDependencies): NearestDocuments {
  const failures = createFailureLog(log, 'finding near documents by the index');

  return async function nearestDocuments({ ownerId, vector, model, exceptId, limit }) {
    const embedded = { model, vector: [...vector] };
    const request = { owner_id: ownerId, resource_id: exceptId, limit, embedded };
    try {
      const answer = await neighbours(request, AbortSignal.timeout(DEADLINE_MS));
      failures.worked();
      return answer.other_model ? undefined : answer.neighbours.map(({ resource_id: id }) => id);
    } catch (error) {
      failures.failed(error);
      return undefined;
    }
  };
}
