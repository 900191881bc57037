import { z } from 'zod';
import { deleteWebhookEndpoint } from '../../kernel/db/webhook-endpoints.ts';
import type { AppContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { type AccountCaller, nothing, operation } from '../operation.ts';

export const revokeWebhookEndpoint = operation({
  name: 'webhooks.revoke',
  scope: 'resources:write',
  account: 'fresh',
  summary: 'Revoke a webhook endpoint',
  description: 'Events signed with its secret are refused from then on. Documents that arrived through it stay.',
  destructive: true,
  input: z.object({ id: z.string().max(64) }),
  output: nothing,
  errors: ['not_found'],
  run: async ({ db, actor }: Pick<AppContext, 'db'> & AccountCaller, { id }) => {
    const deleted = await deleteWebhookEndpoint(db, { id, ownerId: actor.userId });
    if (!deleted) throw notFound('webhook endpoint');
  },
});
