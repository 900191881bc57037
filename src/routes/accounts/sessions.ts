/** /auth/sessions: the live sessions of an account, to be listed and ended. */
import { z } from '@hono/zod-openapi';
import { AppError } from '../../kernel/core/errors.ts';
import { findSession } from '../../kernel/db/sessions.ts';
import type { AppContext } from '../../services/context.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { createRouter, defineRoute, idParams, json, problems } from '../router.ts';
import { sessionSchema, sessionToWire } from './auth-schemas.ts';

const listRoute = defineRoute({
  method: 'get',
  path: '/auth/sessions',
  responses: { 200: json('Newest first', z.object({ sessions: z.array(sessionSchema) })) },
});

const endAllRoute = defineRoute({
  method: 'delete',
  path: '/auth/sessions',
  responses: { 204: { description: 'Ended' } },
});

const endRoute = defineRoute({
  method: 'delete',
  path: '/auth/sessions/{id}',
  request: { params: idParams },
  responses: { 204: { description: 'Ended' }, ...problems(404) },
});

export function createSessionRoutes({ db, security, sessions }: Pick<AppContext, 'db' | 'security' | 'sessions'>) {
  const router = createRouter();

  router.openapi(listRoute, async (c) => {
    const { userId, sessionId } = c.get('actor');
    const live = await sessions.list(userId);
    return c.json({ sessions: live.map((session) => sessionToWire(session, sessionId)) }, 200);
  });

  router.openapi(endAllRoute, async (c) => {
    const { userId } = c.get('actor');
    await sessions.endAll(userId, 'ended by its user');
    security.record('session_revoked', { ...requestOrigin(c), userId, reason: 'all sessions' });
    return c.body(null, 204);
  });

  router.openapi(endRoute, async (c) => {
    const { userId } = c.get('actor');
    const { id } = c.req.valid('param');
    const session = await findSession(db, id);
    if (session?.userId !== userId || !(await sessions.end(id, 'ended by its user'))) {
      throw new AppError('not_found', 'You have no such session');
    }
    security.record('session_revoked', { ...requestOrigin(c), userId, sessionId: id });
    return c.body(null, 204);
  });

  return router;
}
