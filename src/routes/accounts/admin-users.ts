/** /admin/users: accounts, as an admin sees and changes them. */
import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../../kernel/core/errors.ts';
import { listSecurityEvents } from '../../kernel/db/security-events.ts';
import { findUser, listUsers } from '../../kernel/db/users.ts';
import { TIERS } from '../../kernel/model/values.ts';
import { administerUser } from '../../services/accounts/administer.ts';
import type { AppContext } from '../../services/context.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { paged, pageQuery, positionOf } from '../pagination.ts';
import { createRouter, json, problems, requiresScopes } from '../router.ts';
import { userSchema, userToWire } from './auth-schemas.ts';

const tags = ['Administration'];
const params = z.object({ id: z.string().max(64) });

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

const listRoute = createRoute({
  method: 'get',
  path: '/admin/users',
  tags,
  summary: 'All accounts',
  security: requiresScopes('admin'),
  request: {
    query: pageQuery.extend({
      q: z.string().min(1).max(100).optional().openapi({ description: 'Part of a username or e-mail' }),
    }),
  },
  responses: {
    200: json('Newest first', z.object({ users: z.array(userSchema), next_cursor: z.string().optional() })),
    ...problems(401, 403, 422),
  },
});

const changeRoute = createRoute({
  method: 'patch',
  path: '/admin/users/{id}',
  tags,
  summary: 'Change an account’s tier, or deactivate it',
  description: 'Deactivating ends all its sessions at once; a new tier counts from the next refresh.',
  security: requiresScopes('admin'),
  request: {
    params,
    body: {
      content: {
        'application/json': {
          schema: z.strictObject({ tier: z.enum(TIERS).optional(), active: z.boolean().optional() }).openapi('AccountChange'),
        },
      },
      required: true,
    },
  },
  responses: { 200: json('The account as it is now', userSchema), ...problems(400, 401, 403, 404, 422) },
});

const eventsRoute = createRoute({
  method: 'get',
  path: '/admin/users/{id}/events',
  tags,
  summary: 'What happened to an account',
  security: requiresScopes('admin'),
  request: { params, query: pageQuery },
  responses: {
    200: json('Newest first', z.object({ events: z.array(securityEventSchema), next_cursor: z.string().optional() })),
    ...problems(401, 403, 404, 422),
  },
});

export function createAdminUserRoutes(services: AppContext) {
  const { db } = services;
  const router = createRouter();

  router.openapi(listRoute, async (c) => {
    const { limit, cursor, q } = c.req.valid('query');
    const after = positionOf(cursor);
    const found = await listUsers(db, { limit: limit + 1, ...(q === undefined ? {} : { text: q }), ...(after ? { after } : {}) });
    const { rows, next } = paged(found, limit);
    return c.json({ users: rows.map(userToWire), ...next }, 200);
  });

  router.openapi(changeRoute, async (c) => {
    const { tier, active } = c.req.valid('json');
    const change = { ...(tier === undefined ? {} : { tier }), ...(active === undefined ? {} : { active }) };
    const by = c.get('actor').username;
    return c.json(userToWire(await administerUser(services, c.req.valid('param').id, change, { ...requestOrigin(c), by })), 200);
  });

  router.openapi(eventsRoute, async (c) => {
    const { id } = c.req.valid('param');
    if (!(await findUser(db, id))) throw new AppError('not_found', 'There is no such user');
    const { limit, cursor } = c.req.valid('query');
    const before = positionOf(cursor);
    const { rows, next } = paged(await listSecurityEvents(db, id, { limit: limit + 1, ...(before ? { before } : {}) }), limit);
    const events = rows.map(({ id: eventId, event, createdAt, address, userAgent, reason }) => ({
      id: eventId,
      event,
      created_at: new Date(createdAt).toISOString(),
      ...(address === null ? {} : { address }),
      ...(userAgent === null ? {} : { user_agent: userAgent }),
      ...(reason === null ? {} : { reason }),
    }));
    return c.json({ events, ...next }, 200);
  });

  return router;
}
