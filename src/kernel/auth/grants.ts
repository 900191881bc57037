/**
 * Grants: what a user lets an app do. A grant is a session of its own, which begins as an authorization code. The code is its
 * generation 0, so that the row holds no code, the exchange is a rotation, and every later use of the code is known as one.
 */
import type { Config } from '../config/config.ts';
import { sha256Base64Url } from '../core/digest.ts';
import { AppError } from '../core/errors.ts';
import { equalSecrets } from '../core/keys.ts';
import type { Clock, Ids } from '../core/ports.ts';
import { markGranted } from '../db/oauth-clients.ts';
import { findSession, findSessionWithUser, type Grant, insertGrant, liveGrants, rotateSession } from '../db/sessions.ts';
import type { Database, OAuthClient, Session, User } from '../db/types.ts';
import { writeIfCurrent } from '../db/users.ts';
import type { Scope } from '../model/actor.ts';
import type { PendingAuthorization, TokenAudience } from '../model/sessions.ts';
import type { AccountNotices } from './account-notices.ts';
import { OAuthError } from './oauth-error.ts';
import { createAuthorizationCodes } from './refresh-tokens.ts';
import type { RequestOrigin, SecurityLog } from './security-log.ts';
import type { Sessions, TokenPair } from './sessions.ts';

/** What the user agreed to. */
export interface Consent extends PendingAuthorization {
  readonly clientId: string;
  readonly scopes: readonly Scope[];
  readonly audience: TokenAudience;
}

export interface Exchange {
  /** The client that asks. */
  readonly app: OAuthClient;
  /** Absent from clients of OAuth 2.1, which leaves the binding to the verifier. */
  readonly redirectUri: string | undefined;
  readonly verifier: string;
  /** Default: that of the grant. */
  readonly audience: TokenAudience | undefined;
}

export interface Grants {
  /**
   * The code of a new grant. `user` and `sessionId`: who agreed, in which login. Throws `unauthenticated` if either changed since,
   * `conflict` at MAX_GRANTS.
   */
  authorize(user: User, sessionId: string, consent: Consent, client: RequestOrigin): Promise<string>;
  /** The first tokens of a grant. Throws OAuthError; a code that was used before ends its grant (RFC 6749 section 4.1.2). */
  exchange(code: string, exchange: Exchange, client: RequestOrigin): Promise<TokenPair>;
  /** The next tokens. Throws OAuthError. */
  refresh(
    refreshToken: string,
    request: Pick<Exchange, 'app' | 'audience'> & { readonly narrowTo: readonly Scope[] | undefined },
    client: RequestOrigin,
  ): Promise<TokenPair>;
  /** The user's connected apps, newest first. */
  list(userId: string): Promise<Grant[]>;
  /** False if the user has no such grant. */
  revoke(userId: string, id: string, client: RequestOrigin): Promise<boolean>;
}

export const CODE_SECONDS = 60;
const MAX_GRANTS = 100;

interface Dependencies {
  readonly db: Database;
  readonly config: Pick<Config, 'auth'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly security: SecurityLog;
  readonly notices: AccountNotices;
  readonly sessions: Sessions;
}

export function createGrants({ db, config, clock, ids, security, notices, sessions }: Dependencies): Grants {
  const { secret, previousSecret, refreshTokenSeconds } = config.auth;
  const codes = createAuthorizationCodes([secret.reveal(), ...(previousSecret ? [previousSecret.reveal()] : [])]);

  const authorize: Grants['authorize'] = async (user, sessionId, consent, client) => {
    const { clientId, scopes, audience, redirectUri, challenge } = consent;
    const now = clock.now();
    const session: Session = {
      id: ids.next(),
      userId: user.id,
      kind: 'grant',
      authenticatedAt: null,
      credentialsEpoch: user.credentialsEpoch,
      generation: 0,
      scopes: [...scopes],
      createdAt: now,
      rotatedAt: now,
      expiresAt: now + CODE_SECONDS * 1000,
      revokedAt: null,
      revokedReason: null,
      userAgent: client.userAgent,
      address: client.address,
      clientId,
      audience,
      authorization: { redirectUri, challenge },
    };
    const verified = { userId: user.id, credentialsEpoch: user.credentialsEpoch, sessionId };
    const isWritten = await writeIfCurrent(db, verified, async (tx) => {
      if (!(await markGranted(tx, clientId, now))) throw new OAuthError('invalid_client', 'This app is not registered any more');
      if ((await liveGrants(tx, user.id, now)).length >= MAX_GRANTS) {
        throw new AppError('conflict', `You have ${MAX_GRANTS} connected apps, which is the maximum; disconnect one first`);
      }
      await insertGrant(tx, session);
    });
    if (!isWritten) throw new AppError('unauthenticated', 'Your account was changed at the same time; log in again');
    return codes.encode({ sessionId: session.id, generation: 0 });
  };

  function refuse(reason: string, client: RequestOrigin, session?: Session): never {
    const subject = session ? { userId: session.userId, sessionId: session.id } : {};
    security.record('grant_refused', { ...client, reason, ...subject });
    throw new OAuthError('invalid_grant', 'The code is invalid, expired, used, or was issued for another request', {
      cause: new Error(reason),
    });
  }

  async function endAndRefuse(session: Session, client: RequestOrigin): Promise<never> {
    const reason = 'the authorization code was used again';
    await sessions.end(session.id, reason);
    return refuse(reason, client, session);
  }

  /** Throws `invalid_target` for tokens that are for more than the grant is. */
  function requireAudience(session: Session, asked: TokenAudience | undefined): void {
    if (asked === 'api' && session.audience === 'mcp') {
      throw new OAuthError('invalid_target', 'This grant is for the resource /mcp alone');
    }
  }

  const exchange: Grants['exchange'] = async (code, { app, redirectUri, verifier, audience }, client) => {
    const parts = await codes.decode(code);
    const found = parts && (await findSessionWithUser(db, parts.sessionId));
    if (!found) return refuse('malformed or unknown code', client);
    const { session, user } = found;
    if (session.clientId !== app.id) return refuse('the code of another client', client, session);
    const { authorization } = session;
    if (!authorization) return endAndRefuse(session, client);
    if (redirectUri !== undefined && redirectUri !== authorization.redirectUri)
      return refuse('another redirect URI', client, session);
    if (!(await equalSecrets(await sha256Base64Url(verifier), authorization.challenge)))
      return refuse('the verifier does not match the challenge', client, session);
    requireAudience(session, audience);
    const now = clock.now();
    if (session.revokedAt !== null) return refuse('revoked', client, session);
    if (session.expiresAt <= now) return refuse('expired', client, session);
    const rotation = { generation: 0, clientId: app.id, now, expiresAt: now + refreshTokenSeconds * 1000 };
    // A code that was valid a moment ago is used by another exchange at the same time.
    if (!(await rotateSession(db, session.id, rotation))) return endAndRefuse(session, client);
    const pair = await asOAuthError(() => sessions.issue({ sessionId: session.id, generation: 1 }, client, { audience }));
    const reason = `${app.name}: ${session.scopes.join(' ')}`;
    security.record('grant_issued', { ...client, userId: user.id, sessionId: session.id, reason });
    const what = `The app "${app.name}" was connected to your account: ${session.scopes.join(', ')}.`;
    notices.send(user, { what, client });
    return pair;
  };

  const refresh: Grants['refresh'] = async (refreshToken, { app, audience, narrowTo }, client) => {
    const session = await sessions.inspect(refreshToken);
    if (session?.clientId === app.id) {
      requireAudience(session, audience);
      if (narrowTo && !narrowTo.some((scope) => session.scopes.includes(scope))) {
        throw new OAuthError('invalid_scope', 'The grant has none of these scopes');
      }
    }
    return asOAuthError(() => sessions.refresh(refreshToken, client, narrowTo, { clientId: app.id, audience }));
  };

  return {
    authorize,
    exchange,
    refresh,
    list: async (userId) => (await liveGrants(db, userId, clock.now())).filter(({ session }) => session.authorization === null),
    revoke: async (userId, id, client) => {
      const session = await findSession(db, id);
      if (session?.userId !== userId || session.clientId === null || !(await sessions.end(id, 'revoked by its user')))
        return false;
      security.record('grant_revoked', { ...client, userId, sessionId: id });
      return true;
    },
  };
}

/** What ends a session is, to its app, the end of the grant. */
async function asOAuthError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AppError && cause.code === 'unauthenticated') {
      throw new OAuthError('invalid_grant', 'The grant is over, or the token is invalid, expired or used', { cause });
    }
    throw cause;
  }
}
