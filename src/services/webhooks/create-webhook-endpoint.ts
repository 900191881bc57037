import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import type { WebhookEndpoint } from '../../kernel/db/types.ts';
import { writeIfCurrent } from '../../kernel/db/users.ts';
import { countWebhookEndpoints, insertWebhookEndpoint } from '../../kernel/db/webhook-endpoints.ts';
import { WEBHOOK_KINDS } from '../../kernel/model/webhooks.ts';
import { newCallbackSecret } from '../../kernel/webhooks/sign-callback.ts';
import { accountChanged } from '../accounts/account-session.ts';
import type { AppContext } from '../context.ts';
import { type AccountCaller, operation } from '../operation.ts';
import { tagsField } from '../resources/resource-fields.ts';
import { endpointSchema, toEndpointBody } from './webhook-endpoint-schema.ts';

const MAX_ENDPOINTS = 50;

/** Its own secret has 32 random bytes. `conflict` if the owner has 50 endpoints. */
export const createWebhookEndpoint = operation({
  name: 'webhooks.create',
  scope: 'resources:write',
  account: 'fresh',
  summary: 'Create a webhook endpoint',
  description:
    '`standard`: events signed as in Standard Webhooks, whose `data` is a body of POST /resources. ' +
    '`github`: push and release events of a repository. This response alone shows the secret.',
  destructive: false,
  input: z
    .strictObject({
      name: z.string().trim().min(1).max(100).meta({ example: 'the blog' }),
      kind: z.enum(WEBHOOK_KINDS).default('standard'),
      tags: tagsField.default([]).meta({ description: 'Added to every document that arrives at this endpoint' }),
    })
    .meta({ id: 'NewWebhookEndpoint' }),
  output: endpointSchema.extend({ secret: z.string() }).meta({ id: 'CreatedWebhookEndpoint' }),
  errors: ['conflict'],
  run: async (
    { db, clock, ids, config, account: { user, session } }: Pick<AppContext, 'db' | 'clock' | 'ids' | 'config'> & AccountCaller,
    { name, kind, tags },
  ) => {
    const endpoint: WebhookEndpoint = {
      id: ids.next(),
      ownerId: user.id,
      name,
      kind,
      secret: newCallbackSecret(),
      tags: [...new Set(tags)],
      createdAt: clock.now(),
      lastUsedAt: null,
    };
    const verified = { userId: user.id, credentialsEpoch: user.credentialsEpoch, sessionId: session.id };
    const isWritten = await writeIfCurrent(db, verified, async (tx) => {
      if ((await countWebhookEndpoints(tx, user.id)) >= MAX_ENDPOINTS) {
        throw new AppError('conflict', `You have ${MAX_ENDPOINTS} webhook endpoints, which is the maximum; delete one first`);
      }
      await insertWebhookEndpoint(tx, endpoint);
    });
    if (!isWritten) throw accountChanged();
    return { ...toEndpointBody(config, endpoint), secret: endpoint.secret };
  },
});
