/** The user behind an upload ticket: its signature names the user, the database says whether the user may still upload. */

import type { Clock } from '../../../src/kernel/core/ports.ts';
import { areCredentialsLive } from '../../../src/kernel/db/credentials.ts';
import { anyRevoked } from '../../../src/kernel/db/revocations.ts';
import type { Database } from '../../../src/kernel/db/types.ts';
import { findUser } from '../../../src/kernel/db/users.ts';
import type { Actor } from '../../../src/kernel/model/actor.ts';
import { invalidUploadUrl, type UploadGrant } from '../../../src/kernel/worker-client/presigned-uploads.ts';

/** Throws `unauthenticated` where the user is gone or inactive, or the login or key that requested the ticket has ended. */
export async function resolveUploader({ db, clock }: { db: Database; clock: Clock }, grant: UploadGrant): Promise<Actor> {
  const { userId, sessionId, tokenId, keyId } = grant;
  const user = await findUser(db, userId);
  if (!user) throw invalidUploadUrl(new Error('the user is gone'));
  if (!user.active) throw invalidUploadUrl(new Error('the user is inactive'));
  if (await isLoginRevoked(db, grant)) throw invalidUploadUrl(new Error('the login was revoked'));
  if (!(await areCredentialsLive(db, grant, clock.now()))) throw invalidUploadUrl(new Error('the login or key has ended'));
  return {
    kind: 'user',
    userId,
    username: user.username,
    tier: user.tier,
    scopes: ['resources:write'],
    sessionId,
    tokenId,
    keyId,
  };
}

/**
 * A ticket may outlive a revocation, which lasts as long as access tokens do: any revocation in force since the ticket was
 * issued counts.
 */
async function isLoginRevoked(db: Database, { sessionId, tokenId, issuedAt }: UploadGrant): Promise<boolean> {
  const keys = [sessionId && `sid:${sessionId}`, tokenId && `jti:${tokenId}`].filter((key) => key !== null);
  return keys.length > 0 && (await anyRevoked(db, keys, issuedAt));
}
