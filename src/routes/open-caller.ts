/** What operations without credentials are told of their caller. */
import type { Context } from 'hono';
import { requireAccountSession } from '../services/accounts/account-session.ts';
import type { AppContext } from '../services/context.ts';
import type { CallOptions } from '../services/operation.ts';
import { isLocalRequest } from './accounts/local-request.ts';
import type { AppEnv } from './env.ts';
import { type Credentials, createCredentials } from './middleware/credentials.ts';

export type ReadOpenCaller = (c: Context<AppEnv>) => Required<Pick<CallOptions, 'isLocal' | 'session'>>;

export function createOpenCaller(context: AppContext): ReadOpenCaller {
  let credentials: Credentials | undefined;

  /** The session in `Authorization`, which nothing has read on an open path; undefined without the header. */
  async function sessionOf(c: Context<AppEnv>) {
    const header = c.req.header('Authorization');
    if (header === undefined) return undefined;
    credentials ??= createCredentials(context);
    const actor = await credentials.verifyAuthorization(c, header);
    if (await context.requestLimits.isRevoked(actor)) return credentials.refuseRevoked(c);
    return requireAccountSession(context, actor, 'interactive');
  }

  return (c) => ({ isLocal: isLocalRequest(c), session: () => sessionOf(c) });
}
