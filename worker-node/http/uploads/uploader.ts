/** The user behind an upload ticket: its signature names the user, the database says whether the user may still upload. */

import { anyRevoked } from '../../../src/kernel/db/revocations.ts';
import { findSession } from '../../../src/kernel/db/sessions.ts';
import type { Database } from '../../../src/kernel/db/types.ts';
import { findUser } from '../../../src/kernel/db/users.ts';
import type { Actor } from '../../../src/kernel/model/actor.ts';
import { invalidUploadUrl, type UploadGrant } from '../../../src/kernel/worker-client/presigned-uploads.ts';

/** Throws `unauthenticated` where the user is gone or inactive, or the login that requested the ticket has ended. */
export async function resolveUploader(db: Database, grant: UploadGrant): Promise<Actor> {
  const { userId, sessionId, tokenId } = grant;
  const user = await findUser(db, userId);
  if (!user) throw invalidUploadUrl(new Error('the user is gone'));
  if (!user.active) throw invalidUploadUrl(new Error('the user is inactive'));
  if (await isLoginRevoked(db, grant)) throw invalidUploadUrl(new Error('the login was revoked'));
  return {
    kind: 'user',
    userId,
    username: user.username,
    tier: user.tier,
    scopes: ['resources:write'],
    sessionId,
    tokenId,
    keyId: null,
  };
}

async function isLoginRevoked(db: Database, { sessionId, tokenId, issuedAt }: UploadGrant): Promise<boolean> {
  const keys = [sessionId && `sid:${sessionId}`, tokenId && `jti:${tokenId}`].filter((key) => key !== null);
  // A ticket may outlive a revocation, which lasts as long as access tokens do: any revocation in force since the ticket
  // was issued counts.
  if (keys.length > 0 && (await anyRevoked(db, keys, issuedAt))) return true;
  if (sessionId === null) return false;
  const session = await findSession(db, sessionId);
  return !session || session.revokedAt !== null;
}
