/** Sessions: one row each, a refresh token that rotates, and a family that dies when an old token comes back. */
import type { Config } from '../config/config.ts';
import { AppError } from '../core/errors.ts';
import type { Clock, Ids } from '../core/ports.ts';
import { findSession, insertSession, liveSessions, revokeSession, rotateSession } from '../db/sessions.ts';
import type { Database, Session, User } from '../db/types.ts';
import { findUser } from '../db/users.ts';
import { entitledScopes, type Scope } from '../model/actor.ts';
import type { AccessTokens } from './access-tokens.ts';
import { createRefreshTokens, type RefreshTokenParts } from './refresh-tokens.ts';
import type { Revocations } from './revocations.ts';
import type { RequestOrigin, SecurityLog } from './security-log.ts';

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly scopes: readonly Scope[];
}

export interface Sessions {
  /** Scopes beyond what the user's tier is entitled to are left out. */
  start(user: User, scopes: readonly Scope[], client: RequestOrigin): Promise<TokenPair>;
  /** Throws `unauthenticated` for a token that is unknown, over, or used before its time. */
  refresh(refreshToken: string, client: RequestOrigin): Promise<TokenPair>;
  /** The live session a refresh token would refresh; undefined where there is none. Changes nothing. */
  inspect(refreshToken: string): Promise<Session | undefined>;
  /** Ends a session and its access tokens; false where it was over already. */
  end(sessionId: string, reason: string): Promise<boolean>;
  list(userId: string): Promise<Session[]>;
}

/** Two tabs refresh at once: for this long the parent of the live token is answered with the same successor. */
export const GRACE_MS = 30_000;

/** Longer than any refresh takes from its row's rotation to its access token. */
const ISSUE_MARGIN_MS = 60_000;

interface Dependencies {
  readonly db: Database;
  readonly config: Pick<Config, 'auth'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly security: SecurityLog;
  readonly accessTokens: AccessTokens;
  readonly revocations: Revocations;
}

export function createSessions({ db, config, clock, ids, security, accessTokens, revocations }: Dependencies): Sessions {
  const { secret, previousSecret, refreshTokenSeconds, accessTokenSeconds } = config.auth;
  const refreshTokens = createRefreshTokens([secret.reveal(), ...(previousSecret ? [previousSecret.reveal()] : [])]);

  async function pair(user: User, session: Pick<Session, 'id' | 'scopes'>, generation: number): Promise<TokenPair> {
    const entitled = entitledScopes(user.tier);
    const scopes = entitled.filter((scope) => session.scopes.includes(scope));
    const { token, expiresIn } = await accessTokens.issue({ user, scopes, sessionId: session.id });
    return {
      accessToken: token,
      refreshToken: await refreshTokens.encode({ sessionId: session.id, generation }),
      expiresIn,
      scopes,
    };
  }

  async function start(user: User, scopes: readonly Scope[], client: RequestOrigin): Promise<TokenPair> {
    const now = clock.now();
    const entitled = entitledScopes(user.tier);
    const session: Session = {
      id: ids.next(),
      userId: user.id,
      generation: 0,
      scopes: scopes.filter((scope) => entitled.includes(scope)),
      createdAt: now,
      rotatedAt: now,
      expiresAt: now + refreshTokenSeconds * 1000,
      revokedAt: null,
      revokedReason: null,
      userAgent: client.userAgent,
      address: client.address,
    };
    await insertSession(db, session);
    return pair(user, session, 0);
  }

  async function end(sessionId: string, reason: string): Promise<boolean> {
    const now = clock.now();
    // Its access tokens first: should the second write fail, ending it again does both. A refresh under way may still issue
    // one, which the margin outlives.
    await revocations.revoke(`sid:${sessionId}`, now + accessTokenSeconds * 1000 + ISSUE_MARGIN_MS);
    return (await revokeSession(db, sessionId, reason, now)) !== undefined;
  }

  function refuse(reason: string, client: RequestOrigin, session?: Session): never {
    security.record('refresh_failed', {
      ...client,
      reason,
      ...(session ? { userId: session.userId, sessionId: session.id } : {}),
    });
    throw new AppError('unauthenticated', 'The refresh token is invalid, expired or revoked', { cause: new Error(reason) });
  }

  /** The session after this refresh and the generation to answer with. */
  async function advance({ sessionId, generation }: RefreshTokenParts, client: RequestOrigin): Promise<Session> {
    const now = clock.now();
    const rotated = await rotateSession(db, sessionId, generation, { now, expiresAt: now + refreshTokenSeconds * 1000 });
    if (rotated) return rotated;
    const session = await findSession(db, sessionId);
    if (!session) return refuse('unknown session', client);
    if (session.revokedAt !== null) return refuse(`revoked: ${session.revokedReason}`, client, session);
    if (session.expiresAt <= now) return refuse('expired', client, session);
    if (generation === session.generation - 1 && now - session.rotatedAt <= GRACE_MS) return session;
    if (generation > session.generation) return refuse('from a generation that was never issued', client, session);
    await end(sessionId, 'refresh token reused');
    security.record('refresh_reused', {
      ...client,
      userId: session.userId,
      sessionId,
      reason: 'an older refresh token came back',
    });
    throw new AppError('unauthenticated', 'The refresh token is invalid, expired or revoked', { cause: new Error('reused') });
  }

  async function refresh(refreshToken: string, client: RequestOrigin): Promise<TokenPair> {
    const parts = await refreshTokens.decode(refreshToken);
    if (!parts) return refuse('not one of ours', client);
    const session = await advance(parts, client);
    const user = await findUser(db, session.userId);
    if (!user?.active) {
      await end(session.id, 'user inactive');
      return refuse('user inactive', client, session);
    }
    security.record('refresh', { ...client, userId: user.id, sessionId: session.id });
    return pair(user, session, session.generation);
  }

  async function inspect(refreshToken: string): Promise<Session | undefined> {
    const parts = await refreshTokens.decode(refreshToken);
    const session = parts && (await findSession(db, parts.sessionId));
    const isLive = session?.revokedAt === null && session.expiresAt > clock.now() && session.generation === parts?.generation;
    return isLive ? session : undefined;
  }

  return { start, refresh, inspect, end, list: (userId) => liveSessions(db, userId, clock.now()) };
}
