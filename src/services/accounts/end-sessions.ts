import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { findSession } from '../../kernel/db/sessions.ts';
import type { AppContext } from '../context.ts';
import { type AccountCaller, nothing, operation } from '../operation.ts';

type Context = Pick<AppContext, 'db' | 'security' | 'sessions'> & AccountCaller;

export const endSessions = operation({
  name: 'sessions.endAll',
  scope: null,
  account: 'fresh',
  summary: 'End all sessions, the current one included',
  description: 'Access tokens of these sessions are refused with the next request. API keys stay valid.',
  destructive: true,
  input: z.object({}),
  output: nothing,
  run: async ({ sessions, security, origin, actor: { userId } }: Context) => {
    await sessions.endAll(userId, 'ended by its user');
    security.record('session_revoked', { ...origin, userId, reason: 'all sessions' });
  },
});

export const endSession = operation({
  name: 'sessions.end',
  scope: null,
  account: 'fresh',
  summary: 'End a session',
  description: 'Its access tokens are refused with the next request.',
  destructive: true,
  input: z.object({ id: z.string().max(64) }),
  output: nothing,
  errors: ['not_found'],
  run: async ({ db, sessions, security, origin, actor: { userId } }: Context, { id }) => {
    const session = await findSession(db, id);
    if (session?.userId !== userId || session.clientId !== null || !(await sessions.end(id, 'ended by its user'))) {
      throw new AppError('not_found', 'You have no such session');
    }
    security.record('session_revoked', { ...origin, userId, sessionId: id });
  },
});

export const logout = operation({
  name: 'sessions.logout',
  scope: null,
  account: 'interactive',
  summary: 'Log out',
  description: 'Revokes the access token and ends its session, together with the refresh token.',
  destructive: true,
  input: z.object({}),
  output: nothing,
  run: async ({ sessions, security, origin, account: { session, user } }: Context) => {
    await sessions.end(session.id, 'logout');
    security.record('logout', { ...origin, userId: user.id, sessionId: session.id });
  },
});
