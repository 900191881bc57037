import { z } from 'zod';
import { listWebhookEndpoints as listRows } from '../../kernel/db/webhook-endpoints.ts';
import type { AppContext } from '../context.ts';
import { type AccountCaller, operation } from '../operation.ts';
import { endpointSchema, toEndpointBody } from './webhook-endpoint-schema.ts';

export const listWebhookEndpoints = operation({
  name: 'webhooks.list',
  scope: 'resources:read',
  account: 'interactive',
  summary: 'List webhook endpoints',
  description: 'The own addresses at which other systems send documents in. Their secrets are not shown again.',
  destructive: false,
  input: z.object({}),
  output: z.object({ webhooks: z.array(endpointSchema) }),
  run: async ({ db, config, actor }: Pick<AppContext, 'db' | 'config'> & AccountCaller) => ({
    webhooks: (await listRows(db, actor.userId)).map((endpoint) => toEndpointBody(config, endpoint)),
  }),
});
