/** The apps that a user connected: a grant each. */
import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { toIso } from '../../kernel/core/time.ts';
import type { Grant } from '../../kernel/db/sessions.ts';
import { GRANTABLE_SCOPES } from '../../kernel/model/actor.ts';
import { mcpResource } from '../../kernel/model/protected-resources.ts';
import type { AppContext } from '../context.ts';
import { type AccountCaller, nothing, operation } from '../operation.ts';

const grantSchema = z
  .object({
    id: z.string(),
    client: z.object({
      id: z.string(),
      name: z.string().meta({ description: 'As the app calls itself', example: 'An assistant' }),
      redirect_uris: z.array(z.string()),
    }),
    scopes: z.array(z.enum(GRANTABLE_SCOPES)),
    resource: z.string().meta({ description: 'What the tokens are for: the address of the API, or that of `/mcp`' }),
    created_at: z.iso.datetime(),
    last_refreshed_at: z.iso.datetime(),
    expires_at: z.iso.datetime().meta({ description: 'Unless the app refreshes its tokens before' }),
  })
  .meta({ id: 'Grant' });

const toBody = ({ session, client: { id, name, redirectUris } }: Grant, publicUrl: string) => ({
  id: session.id,
  client: { id, name, redirect_uris: redirectUris },
  scopes: GRANTABLE_SCOPES.filter((scope) => session.scopes.includes(scope)),
  resource: session.audience === 'mcp' ? mcpResource(publicUrl) : publicUrl,
  created_at: toIso(session.createdAt),
  last_refreshed_at: toIso(session.rotatedAt),
  expires_at: toIso(session.expiresAt),
});

type Context = Pick<AppContext, 'grants' | 'config'> & AccountCaller;

export const listGrants = operation({
  name: 'grants.list',
  scope: null,
  account: 'interactive',
  summary: 'List connected apps',
  description: 'The apps that may act for the account, with the scopes that were granted to each.',
  destructive: false,
  input: z.object({}),
  output: z.object({ grants: z.array(grantSchema) }),
  run: async ({ grants, config, actor }: Context) => ({
    grants: (await grants.list(actor.userId)).map((grant) => toBody(grant, config.publicUrl)),
  }),
});

export const revokeGrant = operation({
  name: 'grants.revoke',
  scope: null,
  account: 'fresh',
  summary: 'Disconnect an app',
  description: 'Its tokens end at once. It can be connected again only with the consent of its user.',
  destructive: true,
  input: z.object({ id: z.string().max(64) }),
  output: nothing,
  errors: ['not_found'],
  run: async ({ grants, origin, actor }: Context, { id }) => {
    if (!(await grants.revoke(actor.userId, id, origin))) throw new AppError('not_found', 'You have no such connected app');
  },
});
