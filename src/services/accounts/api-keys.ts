/** API keys, with which programs act for a user. */
import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { present } from '../../kernel/core/present.ts';
import { toIso, toIsoOrNull } from '../../kernel/core/time.ts';
import type { ApiKey } from '../../kernel/db/types.ts';
import { SCOPES, withImpliedScopes } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { type AccountCaller, nothing, operation } from '../operation.ts';

const apiKeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z
      .string()
      .meta({ description: 'First characters of the key, by which its owner recognises it', example: 'pharos_Ab3xY' }),
    scopes: z.array(z.enum(SCOPES)),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().optional(),
    last_used_at: z.iso.datetime().optional(),
  })
  .meta({ id: 'ApiKey' });

const toBody = ({ id, name, prefix, scopes, createdAt, expiresAt, lastUsedAt }: ApiKey) => ({
  id,
  name,
  prefix,
  // Keys of earlier versions may name a scope twice, and do not name `resources:delete`.
  scopes: withImpliedScopes(scopes),
  created_at: toIso(createdAt),
  ...present({ expires_at: toIsoOrNull(expiresAt), last_used_at: toIsoOrNull(lastUsedAt) }),
});

type Context = Pick<AppContext, 'apiKeys' | 'clock' | 'security'> & AccountCaller;

export const createApiKey = operation({
  name: 'apiKeys.create',
  scope: null,
  account: 'fresh',
  summary: 'Create an API key',
  description: 'This response alone shows the key. Without `scopes` it has all scopes of the caller.',
  destructive: false,
  input: z
    .strictObject({
      name: z.string().trim().min(1).max(100),
      scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length).optional(),
      expires_at: z.iso.datetime({ offset: true }).max(64).optional(),
    })
    .meta({ id: 'NewApiKey' }),
  output: apiKeySchema.extend({ key: z.string() }).meta({ id: 'CreatedApiKey' }),
  errors: ['conflict'],
  run: async (
    { apiKeys, clock, security, origin, account: { user, actor, session } }: Context,
    { name, scopes, expires_at: until },
  ) => {
    const expiresAt = until === undefined ? undefined : Date.parse(until);
    if (expiresAt !== undefined && expiresAt <= clock.now()) {
      const message = 'must be in the future';
      throw new AppError('invalid_input', `expires_at: ${message}`, { errors: [{ path: 'expires_at', message }] });
    }
    const input = { name, ...(scopes === undefined ? {} : { scopes }), ...(expiresAt === undefined ? {} : { expiresAt }) };
    const { id: userId, credentialsEpoch } = user;
    const creator = { userId, credentialsEpoch, sessionId: session.id, scopes: actor.scopes };
    const { key, record } = await apiKeys.create(creator, input);
    security.record('api_key_created', { ...origin, userId: record.userId, reason: record.prefix });
    return { ...toBody(record), key };
  },
});

export const listApiKeys = operation({
  name: 'apiKeys.list',
  scope: null,
  account: 'interactive',
  summary: 'List API keys',
  description: 'The keys themselves are stored as hashes and not shown again; `prefix` tells them apart.',
  destructive: false,
  input: z.object({}),
  output: z.object({ api_keys: z.array(apiKeySchema) }),
  run: async ({ apiKeys, actor }: Context) => ({ api_keys: (await apiKeys.list(actor.userId)).map(toBody) }),
});

export const deleteApiKey = operation({
  name: 'apiKeys.delete',
  scope: null,
  account: 'fresh',
  summary: 'Delete an API key',
  description: 'The key is refused with the next request.',
  destructive: true,
  input: z.object({ id: z.string().max(64) }),
  output: nothing,
  errors: ['not_found'],
  run: async ({ apiKeys, security, origin, actor: { userId } }: Context, { id }) => {
    if (!(await apiKeys.remove(userId, id))) throw new AppError('not_found', 'There is no such API key');
    security.record('api_key_deleted', { ...origin, userId, reason: id });
  },
});
