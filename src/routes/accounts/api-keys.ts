/** /auth/api-keys: personal keys for programs. */
import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../../kernel/core/errors.ts';
import type { ApiKey } from '../../kernel/db/types.ts';
import { SCOPES, type Scope } from '../../kernel/model/actor.ts';
import type { AppContext } from '../../services/context.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { authenticated, createRouter, json, problems } from '../router.ts';

const apiKeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string().openapi({ description: 'The first characters, to recognise the key by', example: 'pharos_Ab3xY' }),
    scopes: z.array(z.enum(SCOPES)),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().optional(),
    last_used_at: z.iso.datetime().optional(),
  })
  .openapi('ApiKey');

const newApiKeySchema = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    scopes: z.array(z.enum(SCOPES)).min(1).optional(),
    expires_at: z.iso.datetime({ offset: true }).optional(),
  })
  .openapi('NewApiKey');

const create = createRoute({
  method: 'post',
  path: '/auth/api-keys',
  tags: ['Authentication'],
  summary: 'Make an API key',
  description: 'The key is in this answer and nowhere else. Its scopes are yours unless you ask for fewer.',
  security: authenticated,
  request: { body: { content: { 'application/json': { schema: newApiKeySchema } }, required: true } },
  responses: { 201: json('The new key', apiKeySchema.extend({ key: z.string() })), ...problems(400, 401, 403, 409, 422) },
});

const list = createRoute({
  method: 'get',
  path: '/auth/api-keys',
  tags: ['Authentication'],
  summary: 'My API keys',
  security: authenticated,
  responses: { 200: json('Newest first', z.object({ api_keys: z.array(apiKeySchema) })), ...problems(401) },
});

const remove = createRoute({
  method: 'delete',
  path: '/auth/api-keys/{id}',
  tags: ['Authentication'],
  summary: 'Delete an API key',
  security: authenticated,
  request: { params: z.object({ id: z.string().max(64) }) },
  responses: { 204: { description: 'Deleted: it opens nothing any more' }, ...problems(401, 404) },
});

const iso = (ms: number) => new Date(ms).toISOString();
const toWire = ({ id, name, prefix, scopes, createdAt, expiresAt, lastUsedAt }: ApiKey) => ({
  id,
  name,
  prefix,
  scopes: scopes as Scope[],
  created_at: iso(createdAt),
  ...(expiresAt === null ? {} : { expires_at: iso(expiresAt) }),
  ...(lastUsedAt === null ? {} : { last_used_at: iso(lastUsedAt) }),
});

export function createApiKeyRoutes({ apiKeys, clock, security }: Pick<AppContext, 'apiKeys' | 'clock' | 'security'>) {
  const router = createRouter();

  router.openapi(create, async (c) => {
    const { name, scopes, expires_at } = c.req.valid('json');
    const expiresAt = expires_at === undefined ? undefined : Date.parse(expires_at);
    if (expiresAt !== undefined && expiresAt <= clock.now()) {
      throw new AppError('invalid_input', 'expires_at: must lie in the future', {
        errors: [{ path: 'expires_at', message: 'must lie in the future' }],
      });
    }
    const input = { name, ...(scopes === undefined ? {} : { scopes }), ...(expiresAt === undefined ? {} : { expiresAt }) };
    const { key, record } = await apiKeys.create(c.get('actor'), input);
    security.record('api_key_created', { ...requestOrigin(c), userId: record.userId, reason: record.prefix });
    c.header('Cache-Control', 'no-store');
    return c.json({ ...toWire(record), key }, 201);
  });

  router.openapi(list, async (c) => c.json({ api_keys: (await apiKeys.list(c.get('actor').userId)).map(toWire) }, 200));

  router.openapi(remove, async (c) => {
    const { userId } = c.get('actor');
    const { id } = c.req.valid('param');
    if (!(await apiKeys.remove(userId, id))) throw new AppError('not_found', 'There is no such API key');
    security.record('api_key_deleted', { ...requestOrigin(c), userId, reason: id });
    return c.body(null, 204);
  });

  return router;
}
