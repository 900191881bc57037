/** Sessions: one row each, with rotating refresh tokens. Reuse of an old one revokes the session (RFC 9700 section 4.14.2). */
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
  /** Starts a session with those of `scopes` that the user's tier is entitled to. */
  start(user: User, scopes: readonly Scope[], client: RequestOrigin): Promise<TokenPair>;
  /** Rotates the token. Throws `unauthenticated` if it is unknown, expired, revoked, reused or from a future generation. */
  refresh(refreshToken: string, client: RequestOrigin): Promise<TokenPair>;
  /** The live session of the current refresh token, without rotating it; undefined if there is none. */
  inspect(refreshToken: string): Promise<Session | undefined>;
  /** Ends a session and its access tokens; false if it had ended before. */
  end(sessionId: string, reason: string): Promise<boolean>;
  list(userId: string): Promise<Session[]>;
}

/** Grace period for two tabs that refresh at once: the parent of the live token gets the same successor. */
export const GRACE_MS = 30_000;

/** Longer than the time between a row's rotation and the issue of its access token. */
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

  async function issuePair(user: User, session: Pick<Session, 'id' | 'scopes'>, generation: number): Promise<TokenPair> {
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
    return issuePair(user, session, 0);
  }

  async function end(sessionId: string, reason: string): Promise<boolean> {
    const now = clock.now();
    // Access tokens first: if the second write fails, ending the session again repeats both. The margin covers an access
    // token issued by a concurrent refresh.
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

  /** The session after this refresh; its generation is that of the new token. */
  async function rotate({ sessionId, generation }: RefreshTokenParts, client: RequestOrigin): Promise<Session> {
    const now = clock.now();
    const rotated = await rotateSession(db, sessionId, generation, { now, expiresAt: now + refreshTokenSeconds * 1000 });
    if (rotated) return rotated;
    const session = await findSession(db, sessionId);
    if (!session) return refuse('unknown session', client);
    if (session.revokedAt !== null) return refuse(`revoked: ${session.revokedReason}`, client, session);
    if (session.expiresAt <= now) return refuse('expired', client, session);
    if (generation === session.generation - 1 && now - session.rotatedAt <= GRACE_MS) return session;
    if (generation > session.generation) return refuse('a generation that was never issued', client, session);
    await end(sessionId, 'refresh token reused');
    security.record('refresh_reused', {
      ...client,
      userId: session.userId,
      sessionId,
      reason: 'an older refresh token was used again',
    });
    throw new AppError('unauthenticated', 'The refresh token is invalid, expired or revoked', { cause: new Error('reused') });
  }

  async function refresh(refreshToken: string, client: RequestOrigin): Promise<TokenPair> {
    const parts = await refreshTokens.decode(refreshToken);
    if (!parts) return refuse('malformed or not issued here', client);
    const session = await rotate(parts, client);
    const user = await findUser(db, session.userId);
    if (!user?.active) {
      await end(session.id, 'user inactive');
      return refuse('user inactive', client, session);
    }
    security.record('refresh', { ...client, userId: user.id, sessionId: session.id });
    return issuePair(user, session, session.generation);
  }

  async function inspect(refreshToken: string): Promise<Session | undefined> {
    const parts = await refreshTokens.decode(refreshToken);
    const session = parts && (await findSession(db, parts.sessionId));
    const isLive = session?.revokedAt === null && session.expiresAt > clock.now() && session.generation === parts?.generation;
    return isLive ? session : undefined;
  }

  return { start, refresh, inspect, end, list: (userId) => liveSessions(db, userId, clock.now()) };
}
