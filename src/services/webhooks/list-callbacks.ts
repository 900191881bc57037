import { z } from 'zod';
import { listDeliveries } from '../../kernel/db/callback-deliveries.ts';
import { DELIVERY_STATES } from '../../kernel/model/callbacks.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { pageQuery, toPage, toPageQuery } from '../pagination.ts';
import { deliverySchema, toDeliveryBody } from './callback-schemas.ts';

export const listCallbacks = operation({
  name: 'callbacks.list',
  scope: 'resources:read',
  summary: 'List callbacks',
  description: 'The events that were sent to `callback_url`s of the own resources, newest first, with their attempts.',
  destructive: false,
  input: pageQuery.extend({ resource_id: z.string().max(64).optional(), state: z.enum(DELIVERY_STATES).optional() }),
  output: z.object({ callbacks: z.array(deliverySchema), next_cursor: z.string().optional() }),
  run: async ({ db, actor }: Pick<AppContext, 'db'> & Caller, { resource_id: resourceId, state, ...page }) => {
    const query = { ...toPageQuery(page), ownerId: actor.userId, resourceId, state };
    const { rows, next } = toPage(await listDeliveries(db, query), page.limit);
    return { callbacks: rows.map(toDeliveryBody), ...next };
  },
});
