/** /auth/api-keys: API keys, with which programs act for a user. */
import { z } from '@hono/zod-openapi';
import { AppError } from '../../kernel/core/errors.ts';
import { present } from '../../kernel/core/present.ts';
import { toIso, toIsoOrNull } from '../../kernel/core/time.ts';
import type { ApiKey } from '../../kernel/db/types.ts';
import { SCOPES } from '../../kernel/model/actor.ts';
import type { AppContext } from '../../services/context.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { createRouter, defineRoute, idParams, json, jsonBody, problems } from '../router.ts';

const apiKeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z
      .string()
      .openapi({ description: 'First characters of the key, by which its owner recognises it', example: 'pharos_Ab3xY' }),
    scopes: z.array(z.enum(SCOPES)),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().optional(),
    last_used_at: z.iso.datetime().optional(),
  })
  .openapi('ApiKey');

const newApiKeySchema = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length).optional(),
    expires_at: z.iso.datetime({ offset: true }).max(64).optional(),
  })
  .openapi('NewApiKey');

const create = defineRoute({
  method: 'post',
  path: '/auth/api-keys',
  description: 'This response alone shows the key. Without `scopes` it has all scopes of the caller.',
  request: { body: jsonBody(newApiKeySchema) },
  responses: { 201: json('The new key', apiKeySchema.extend({ key: z.string() })), ...problems(400, 403, 409, 422) },
});

const list = defineRoute({
  method: 'get',
  path: '/auth/api-keys',
  responses: { 200: json('Newest first', z.object({ api_keys: z.array(apiKeySchema) })) },
});

const remove = defineRoute({
  method: 'delete',
  path: '/auth/api-keys/{id}',
  request: { params: idParams },
  responses: { 204: { description: 'Deleted: the key is not valid any more' }, ...problems(404) },
});

const toWire = ({ id, name, prefix, scopes, createdAt, expiresAt, lastUsedAt }: ApiKey) => ({
  id,
  name,
  prefix,
  // Keys of earlier versions may name a scope twice.
  scopes: SCOPES.filter((scope) => scopes.includes(scope)),
  created_at: toIso(createdAt),
  ...present({ expires_at: toIsoOrNull(expiresAt), last_used_at: toIsoOrNull(lastUsedAt) }),
});

export function createApiKeyRoutes({ apiKeys, clock, security }: Pick<AppContext, 'apiKeys' | 'clock' | 'security'>) {
  const router = createRouter();

  router.openapi(create, async (c) => {
    const { name, scopes, expires_at } = c.req.valid('json');
    const expiresAt = expires_at === undefined ? undefined : Date.parse(expires_at);
    if (expiresAt !== undefined && expiresAt <= clock.now()) {
      throw new AppError('invalid_input', 'expires_at: must be in the future', {
        errors: [{ path: 'expires_at', message: 'must be in the future' }],
      });
    }
    const input = { name, ...(scopes === undefined ? {} : { scopes }), ...(expiresAt === undefined ? {} : { expiresAt }) };
    const { user, actor, session } = c.get('account');
    const { id: userId, credentialsEpoch } = user;
    const creator = { userId, credentialsEpoch, sessionId: session.id, scopes: actor.scopes };
    const { key, record } = await apiKeys.create(creator, input);
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
