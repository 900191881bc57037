/** `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a repeated request gets the response of the first. */

import { sha256Hex } from '../../kernel/core/digest.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { DAY_MS } from '../../kernel/core/time.ts';
import { deleteIdempotencyKey, findIdempotencyKey, insertIdempotencyKey } from '../../kernel/db/idempotency-keys.ts';
import { findResource } from '../../kernel/db/resources.ts';
import type { Database } from '../../kernel/db/types.ts';
import type { CreatedResource } from './accepted-response.ts';

const LIFETIME_MS = DAY_MS;

export interface IdempotentRequest {
  readonly ownerId: string;
  readonly key: string;
  /** Tells a repetition from another request under the same key. */
  readonly fingerprint: string;
}

/** SHA-256 of a JSON value, independent of the order of object keys. */
export const fingerprintOf = (value: unknown) => sha256Hex(JSON.stringify(value, sortedKeys));

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The response stored under the key, if any; one that counts no longer is deleted. Throws `invalid_input` if the key was used for
 * another request.
 */
export async function findStoredResponse(
  db: Database,
  request: IdempotentRequest,
  now: number,
): Promise<CreatedResource | undefined> {
  const stored = await findIdempotencyKey(db, request);
  if (!stored) return undefined;
  if (stored.expiresAt <= now) {
    await deleteIdempotencyKey(db, stored);
    return undefined;
  }
  if (stored.fingerprint !== request.fingerprint) {
    const message = 'was used for another request in the last 24 hours; use a new key';
    throw new AppError('invalid_input', `This Idempotency-Key ${message}`, { errors: [{ path: 'Idempotency-Key', message }] });
  }
  const resource = await findResource(db, { ownerId: request.ownerId, id: stored.resourceId });
  if (!resource) {
    await deleteIdempotencyKey(db, stored);
    return undefined;
  }
  // The request that created the resource stored its key at the same moment.
  return resource.createdAt === stored.createdAt
    ? { id: resource.id, status: 'pending', outcome: 'accepted' }
    : { id: resource.id, status: resource.status, outcome: 'duplicate' };
}

/**
 * Stores the response under the key. Of two requests at once, the second fails with a unique violation: its transaction has to run
 * again, and then finds the response of the first.
 */
export async function storeResponse(
  db: Database,
  request: IdempotentRequest,
  { id: resourceId }: CreatedResource,
  now: number,
): Promise<void> {
  await insertIdempotencyKey(db, { ...request, resourceId, createdAt: now, expiresAt: now + LIFETIME_MS });
}
