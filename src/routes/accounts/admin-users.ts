/** /admin/users: lists accounts and their security events, changes tiers, deactivates accounts. */
import { z } from '@hono/zod-openapi';
import { AppError } from '../../kernel/core/errors.ts';
import { decodePosition } from '../../kernel/core/pagination.ts';
import { present } from '../../kernel/core/present.ts';
import { toIso } from '../../kernel/core/time.ts';
import { listSecurityEvents } from '../../kernel/db/security-events.ts';
import type { SecurityEventRow } from '../../kernel/db/types.ts';
import { findUser, listUsers } from '../../kernel/db/users.ts';
import { TIERS } from '../../kernel/model/tiers.ts';
import { administerUser } from '../../services/accounts/administer.ts';
import type { AppContext } from '../../services/context.ts';
import { pageQuery, toPage } from '../../services/pagination.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { createRouter, defineRoute, idParams, json, jsonBody, notFresh, problems } from '../router.ts';
import { userSchema, userToWire } from './auth-schemas.ts';

const securityEventSchema = z
  .object({
    id: z.string(),
    event: z.string(),
    created_at: z.iso.datetime(),
    address: z.string().optional(),
    user_agent: z.string().optional(),
    reason: z.string().optional(),
  })
  .openapi('SecurityEvent');

const listRoute = defineRoute({
  method: 'get',
  path: '/admin/users',
  request: {
    query: pageQuery.extend({
      q: z.string().min(1).max(100).optional().openapi({ description: 'Part of a username or e-mail address' }),
    }),
  },
  responses: {
    200: json('Newest first', z.object({ users: z.array(userSchema), next_cursor: z.string().optional() })),
    ...problems(422),
  },
});

const changeRoute = defineRoute({
  method: 'patch',
  path: '/admin/users/{id}',
  description:
    'Deactivating an account and lowering its tier end all its sessions at once. A higher tier applies from the next refresh of ' +
    'a token. It needs the master key or an admin’s recent login; an API key cannot do it, and an admin not to the own account (403).',
  request: {
    params: idParams,
    body: jsonBody(z.strictObject({ tier: z.enum(TIERS).optional(), active: z.boolean().optional() }).openapi('AccountChange')),
  },
  responses: { 200: json('The changed account', userSchema), ...problems(400, 404, 422), ...notFresh },
});

const eventsRoute = defineRoute({
  method: 'get',
  path: '/admin/users/{id}/events',
  request: { params: idParams, query: pageQuery },
  responses: {
    200: json('Newest first', z.object({ events: z.array(securityEventSchema), next_cursor: z.string().optional() })),
    ...problems(404, 422),
  },
});

const eventToWire = ({ id, event, createdAt, address, userAgent, reason }: SecurityEventRow) => ({
  id,
  event,
  created_at: toIso(createdAt),
  ...present({ address, user_agent: userAgent, reason }),
});

export function createAdminUserRoutes(context: AppContext) {
  const { db } = context;
  const router = createRouter();

  router.openapi(listRoute, async (c) => {
    const { limit, cursor, q } = c.req.valid('query');
    const after = decodePosition(cursor);
    const found = await listUsers(db, { limit: limit + 1, ...(q === undefined ? {} : { text: q }), ...(after ? { after } : {}) });
    const { rows, next } = toPage(found, limit);
    return c.json({ users: rows.map(userToWire), ...next }, 200);
  });

  router.openapi(changeRoute, async (c) => {
    const { tier, active } = c.req.valid('json');
    const change = { ...(tier === undefined ? {} : { tier }), ...(active === undefined ? {} : { active }) };
    const { username: by, userId, sessionId } = c.get('actor');
    const origin = { ...requestOrigin(c), by, session: sessionId === null ? null : { userId, sessionId } };
    return c.json(userToWire(await administerUser(context, c.req.valid('param').id, change, origin)), 200);
  });

  router.openapi(eventsRoute, async (c) => {
    const { id } = c.req.valid('param');
    if (!(await findUser(db, id))) throw new AppError('not_found', 'There is no such user');
    const { limit, cursor } = c.req.valid('query');
    const before = decodePosition(cursor);
    const found = await listSecurityEvents(db, id, { limit: limit + 1, ...(before ? { before } : {}) });
    const { rows, next } = toPage(found, limit);
    return c.json({ events: rows.map(eventToWire), ...next }, 200);
  });

  return router;
}
