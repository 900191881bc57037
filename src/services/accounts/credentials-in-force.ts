/** Whether an actor's credentials are still in force, for what outlives the request that verified them: streams and tickets. */
import { areCredentialsLive } from '../../kernel/db/credentials.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';

export type CredentialsContext = Pick<AppContext, 'db' | 'clock' | 'requestLimits'>;

/**
 * False once the token or session was revoked, the session or key is gone or has expired, or the user is gone or inactive.
 * Rejects while the database cannot tell.
 */
export async function areCredentialsInForce({ db, clock, requestLimits }: CredentialsContext, actor: Actor): Promise<boolean> {
  if (await requestLimits.isRevoked(actor)) return false;
  return areCredentialsLive(db, actor, clock.now());
}
