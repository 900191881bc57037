/** Sessions: one row each, with rotating refresh tokens. Reuse of an old one revokes the session (RFC 9700 section 4.14.2). */
import type { Config } from '../config/config.ts';
import { AppError } from '../core/errors.ts';
import type { Clock, Ids } from '../core/ports.ts';
import { insertRevocations } from '../db/revocations.ts';
import {
  findSession,
  findSessionWithUser,
  insertSession,
  liveSessions,
  renewSession,
  revokeSession,
  revokeSessionsOf,
  rotateSession,
} from '../db/sessions.ts';
import type { Database, Session, User } from '../db/types.ts';
import { lockUser, type UserChange, updateUser } from '../db/users.ts';
import { entitledScopes, GRANTABLE_SCOPES, type Scope, withImpliedScopes } from '../model/actor.ts';
import type { TokenAudience } from '../model/sessions.ts';
import { isSystemUser } from '../model/system-users.ts';
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
  /** Whose session it is. */
  readonly user: User;
}

/** What becomes of an account. */
export interface AccountUpdate {
  readonly set: UserChange;
  /** Why the sessions of the account end; null: they go on. */
  readonly ends: string | null;
}

/** Of a refresh by the app that a grant is for. */
export interface GrantOptions {
  readonly clientId: string;
  /** Default: that of the grant. */
  readonly audience?: TokenAudience | undefined;
}

export interface IssueOptions {
  readonly narrowTo?: readonly Scope[] | undefined;
  readonly audience?: TokenAudience | undefined;
}

export interface Sessions {
  /**
   * Starts a session with those of `scopes` that the user's tier is entitled to. `user`: as it was when its credentials were
   * verified; throws `unauthenticated` if they have changed since or the account was deactivated.
   */
  start(user: User, scopes: readonly Scope[], client: RequestOrigin): Promise<TokenPair>;
  /** Rotates the token. `narrowTo` narrows the access token alone (RFC 6749 section 6). Throws `unauthenticated` if it is unknown, expired, revoked, reused or from a future generation. */
  refresh(refreshToken: string, client: RequestOrigin, narrowTo?: readonly Scope[], of?: GrantOptions): Promise<TokenPair>;
  /**
   * The tokens of a session whose row was moved to `generation`. Throws `unauthenticated` if it ended meanwhile, the user is
   * inactive, or the credentials changed.
   */
  issue(at: RefreshTokenParts, client: RequestOrigin, options?: IssueOptions): Promise<TokenPair>;
  /** The live session of the current refresh token, without rotating it; undefined if there is none. */
  inspect(refreshToken: string): Promise<Session | undefined>;
  /** Ends a session and its access tokens; false if it had ended before. */
  end(sessionId: string, reason: string): Promise<boolean>;
  /** Ends all logins of the user and their access tokens; connected apps stay, as API keys do. */
  endAll(userId: string, reason: string): Promise<void>;
  /**
   * Changes an account by what `decide` makes of it, in one transaction, in which no credential of the account can be made by
   * another. An update that ends the sessions raises the credentials epoch; the session `keep` takes the new one and goes on.
   * Returns undefined, without a change, if there is no such user or `decide` returns undefined.
   */
  updateAccount(
    userId: string,
    decide: (user: User, tx: Database) => Promise<AccountUpdate | undefined>,
    options?: { readonly keep?: string | null },
  ): Promise<User | undefined>;
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

  async function issuePair(
    user: User,
    session: Pick<Session, 'id' | 'scopes' | 'clientId' | 'audience'>,
    generation: number,
    { narrowTo, audience }: IssueOptions = {},
  ): Promise<TokenPair> {
    const { clientId } = session;
    const entitled = clientId === null ? entitledScopes(user.tier) : GRANTABLE_SCOPES;
    const held: readonly string[] = clientId === null ? withImpliedScopes(session.scopes) : session.scopes;
    const scopes = entitled.filter((scope) => held.includes(scope) && (narrowTo?.includes(scope) ?? true));
    const { token, expiresIn } = await accessTokens.issue({
      user,
      scopes,
      sessionId: session.id,
      clientId,
      // A grant for /mcp alone gets no token for more, whatever is asked for.
      audience: session.audience === 'mcp' ? 'mcp' : (audience ?? 'api'),
    });
    return {
      accessToken: token,
      refreshToken: await refreshTokens.encode({ sessionId: session.id, generation }),
      expiresIn,
      scopes,
      user,
    };
  }

  async function start(user: User, given: readonly Scope[], client: RequestOrigin): Promise<TokenPair> {
    const scopes = withImpliedScopes(given);
    const now = clock.now();
    const entitled = entitledScopes(user.tier);
    const session: Session = {
      id: ids.next(),
      userId: user.id,
      kind: entitled.every((scope) => scopes.includes(scope)) ? 'interactive' : 'grant',
      authenticatedAt: now,
      credentialsEpoch: user.credentialsEpoch,
      generation: 0,
      scopes: entitled.filter((scope) => scopes.includes(scope)),
      createdAt: now,
      rotatedAt: now,
      expiresAt: now + refreshTokenSeconds * 1000,
      revokedAt: null,
      revokedReason: null,
      userAgent: client.userAgent,
      address: client.address,
      clientId: null,
      audience: null,
      authorization: null,
    };
    if (isSystemUser(user) || !(await insertSession(db, session))) {
      const reason = 'the account changed during the login';
      security.record('login_failed', { ...client, userId: user.id, reason });
      throw new AppError('unauthenticated', 'The account changed during this login; log in again', { cause: new Error(reason) });
    }
    return issuePair(user, session, 0);
  }

  /** When every access token of a session that ends at `now` has expired. The margin covers one that a refresh issues. */
  const tokensUntil = (now: number) => now + accessTokenSeconds * 1000 + ISSUE_MARGIN_MS;

  async function end(sessionId: string, reason: string): Promise<boolean> {
    const now = clock.now();
    const key = `sid:${sessionId}`;
    try {
      // Access tokens first: if the second write fails, ending the session again repeats both.
      await revocations.revoke(key, tokensUntil(now));
      return (await revokeSession(db, sessionId, reason, now)) !== undefined;
    } catch (error) {
      // The row still lives, as on a full disk. The store keeps the session ended for as long as its tokens could be refreshed.
      await revocations.publish([key], now + refreshTokenSeconds * 1000 + ISSUE_MARGIN_MS);
      throw error;
    }
  }

  /** Whether the session was ended in the store, for example while the database had no room. Its row is then ended as well. */
  async function endedInStore(sessionId: string): Promise<boolean> {
    if (!(await revocations.isRevoked([`sid:${sessionId}`]))) return false;
    const session = await findSession(db, sessionId);
    if (session?.revokedAt === null) await end(sessionId, 'ended before the database could be written').catch(() => undefined);
    return true;
  }

  /** Ends the user's sessions but `keep` in the database; returns the keys that revoke their access tokens. */
  async function endInDatabase(
    tx: Database,
    userId: string,
    options: { keep: string | null; reason: string; now: number; loginsOnly?: boolean },
  ) {
    const { now } = options;
    const keys = (await revokeSessionsOf(tx, userId, options)).map((id) => `sid:${id}`);
    await insertRevocations(tx, keys, tokensUntil(now), now);
    return keys;
  }

  async function endAll(userId: string, reason: string): Promise<void> {
    const now = clock.now();
    const keys = await db.transaction((tx) => endInDatabase(tx, userId, { keep: null, reason, now, loginsOnly: true }));
    await revocations.publish(keys, tokensUntil(now));
  }

  const updateAccount: Sessions['updateAccount'] = async (userId, decide, { keep = null } = {}) => {
    const now = clock.now();
    const outcome = await db.transaction(async (tx) => {
      const before = await lockUser(tx, userId);
      const update = before && (await decide(before, tx));
      if (!update) return undefined;
      if (update.ends === null) return { user: await updateUser(tx, userId, update.set, now), keys: [] };
      const credentialsEpoch = before.credentialsEpoch + 1;
      const user = await updateUser(tx, userId, { ...update.set, credentialsEpoch }, now);
      if (keep !== null) await renewSession(tx, { id: keep, userId }, credentialsEpoch);
      return { user, keys: await endInDatabase(tx, userId, { keep, reason: update.ends, now }) };
    });
    await revocations.publish(outcome?.keys ?? [], tokensUntil(now));
    return outcome?.user;
  };

  function refuse(reason: string, client: RequestOrigin, session?: Session): never {
    security.record(session?.clientId ? 'grant_refused' : 'refresh_failed', {
      ...client,
      reason,
      ...(session ? { userId: session.userId, sessionId: session.id } : {}),
    });
    throw new AppError('unauthenticated', 'The refresh token is invalid, expired or revoked', { cause: new Error(reason) });
  }

  async function endAndRefuse(session: Session, reason: string, client: RequestOrigin): Promise<never> {
    await end(session.id, reason);
    return refuse(reason, client, session);
  }

  /** The session after this refresh; its generation is that of the new token. */
  async function rotate(
    { sessionId, generation }: RefreshTokenParts,
    client: RequestOrigin,
    clientId: string | null,
  ): Promise<Session> {
    const now = clock.now();
    const isOver = await endedInStore(sessionId);
    const rotated = isOver
      ? undefined
      : await rotateSession(db, sessionId, { generation, clientId, now, expiresAt: now + refreshTokenSeconds * 1000 });
    if (rotated) return rotated;
    const session = await findSession(db, sessionId);
    if (!session) return refuse('unknown session', client);
    if (session.clientId !== clientId) return refuse('the token of another client', client, session);
    if (session.revokedAt !== null) return refuse(`revoked: ${session.revokedReason}`, client, session);
    if (isOver) return refuse('ended in the store', client, session);
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

  async function refresh(
    refreshToken: string,
    client: RequestOrigin,
    narrowTo?: readonly Scope[],
    of?: GrantOptions,
  ): Promise<TokenPair> {
    const parts = await refreshTokens.decode(refreshToken);
    if (!parts) return refuse('malformed or not issued here', client);
    const { sessionId } = parts;
    const { generation } = await rotate(parts, client, of?.clientId ?? null);
    return issue({ sessionId, generation }, client, { narrowTo, audience: of?.audience });
  }

  async function issue(
    { sessionId, generation }: RefreshTokenParts,
    client: RequestOrigin,
    options: IssueOptions = {},
  ): Promise<TokenPair> {
    // Read again, in one statement with the user: a change of the password since the rotation may have kept the session.
    const found = await findSessionWithUser(db, sessionId);
    if (!found) return refuse('unknown session', client);
    const { session, user } = found;
    if (session.revokedAt !== null) return refuse(`revoked: ${session.revokedReason}`, client, session);
    if (!user.active || isSystemUser(user)) return endAndRefuse(session, 'user inactive', client);
    if (user.credentialsEpoch !== session.credentialsEpoch) return endAndRefuse(session, 'credentials changed', client);
    security.record('refresh', { ...client, userId: user.id, sessionId: session.id });
    return issuePair(user, session, generation, options);
  }

  async function inspect(refreshToken: string): Promise<Session | undefined> {
    const parts = await refreshTokens.decode(refreshToken);
    const session = parts && (await findSession(db, parts.sessionId));
    const isLive = session?.revokedAt === null && session.expiresAt > clock.now() && session.generation === parts?.generation;
    return isLive && !(await endedInStore(session.id)) ? session : undefined;
  }

  const list = (userId: string) => liveSessions(db, userId, clock.now());
  return { start, refresh, issue, inspect, end, endAll, updateAccount, list };
}
