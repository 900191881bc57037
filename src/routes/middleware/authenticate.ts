/** Authentication: verifies the credentials of every request to a path that is not public (RFC 6750). */
import type { Context, MiddlewareHandler } from 'hono';
import { AppError } from '../../kernel/core/errors.ts';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { sessionCookie } from './browser-session.ts';
import { type AuthenticationStrategy, apiKeyHeader, bearerToken, createCredentials, testUser } from './credentials.ts';
import { countAddress } from './rate-limit.ts';
import { streamTicket } from './stream-ticket.ts';

export interface AuthenticateOptions {
  readonly isPublic: (path: string, method: string) => boolean;
}

export function authenticate(context: AppContext, { isPublic }: AuthenticateOptions): MiddlewareHandler<AppEnv> {
  const results = context.metrics.counter('pharos_authentications_total', 'Requests by the kind of credentials they carried', [
    'result',
  ]);
  const credentials = createCredentials(context);
  const strategies: readonly AuthenticationStrategy[] = [
    streamTicket(context),
    sessionCookie(context, credentials),
    ...(context.config.testMode ? [testUser(credentials)] : []),
    apiKeyHeader(credentials),
    bearerToken(credentials),
  ];

  /** A request whose credentials are missing or not valid counts against its address. */
  async function refused(c: Context<AppEnv>, strategy: AuthenticationStrategy | undefined, error: unknown): Promise<never> {
    if (strategy?.isCounted !== false) results.add({ result: 'refused' });
    await countAddress(c, context);
    throw error;
  }

  return async function authenticate(c, next) {
    if (!isPublic(c.req.path, c.req.method)) {
      const strategy = strategies.find(({ appliesTo }) => appliesTo(c));
      if (!strategy) return refused(c, strategy, new AppError('unauthenticated', 'Not authenticated'));
      const actor = await strategy.verify(c).catch((error: unknown) => refused(c, strategy, error));
      c.set('identity', {
        actor,
        confirm: (revoked) => {
          if (strategy.isCounted) results.add({ result: revoked ? 'revoked' : actor.tokenId === null ? 'key' : 'token' });
          if (revoked) strategy.refuseRevoked(c);
          c.set('actor', actor);
        },
      });
    }
    await next();
  };
}
