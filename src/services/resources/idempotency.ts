/** `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a request sent twice is answered once. */

import { sha256Hex } from '../../kernel/core/digest.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { findIdempotencyKey, putIdempotencyKey } from '../../kernel/db/idempotency-keys.ts';
import { findResource } from '../../kernel/db/resources.ts';
import type { Database } from '../../kernel/db/types.ts';
import type { CreatedResource } from './accepted-response.ts';

const LIFETIME_MS = 24 * 60 * 60 * 1000;

/** A request as its key knows it. */
export interface IdempotentRequest {
  readonly ownerId: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** SHA-256 of a JSON value that is the same whatever the order of its objects' keys. */
export const fingerprintOf = (value: unknown) => sha256Hex(JSON.stringify(value, sortedKeys));

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The answer given before under this key; undefined where there was none. Throws where that was another request. */
export async function findStoredResponse(
  db: Database,
  attempt: IdempotentRequest,
  now: number,
): Promise<CreatedResource | undefined> {
  const known = await findIdempotencyKey(db, attempt);
  if (!known || known.expiresAt <= now) return undefined;
  if (known.fingerprint !== attempt.fingerprint) {
    const message = 'was used for another request';
    throw new AppError('invalid_input', `This Idempotency-Key ${message}`, { errors: [{ path: 'Idempotency-Key', message }] });
  }
  const resource = await findResource(db, { ownerId: attempt.ownerId, id: known.resourceId });
  if (!resource) return undefined;
  // The key of the request that made the resource was written in the same moment.
  const made = resource.createdAt === known.createdAt;
  return made
    ? { id: resource.id, status: 'pending', outcome: 'accepted' }
    : { id: resource.id, status: resource.status, outcome: 'duplicate' };
}

export async function storeResponse(
  db: Database,
  attempt: IdempotentRequest,
  answer: CreatedResource,
  now: number,
): Promise<void> {
  await putIdempotencyKey(db, { ...attempt, resourceId: answer.id, createdAt: now, expiresAt: now + LIFETIME_MS });
}
