import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { findDelivery, requeueDelivery } from '../../kernel/db/callback-deliveries.ts';
import type { AppContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { type Caller, operation } from '../operation.ts';
import { deliverySchema, toDeliveryBody } from './callback-schemas.ts';

/** Sends it again from its first attempt. */
export const retryCallback = operation({
  name: 'callbacks.retry',
  scope: 'resources:write',
  summary: 'Send a callback again',
  description: 'For a callback that was delivered or given up; 409 for a pending one.',
  destructive: false,
  input: z.object({ id: z.string().max(64) }),
  output: deliverySchema,
  errors: ['not_found', 'conflict'],
  run: async ({ db, clock, actor }: Pick<AppContext, 'db' | 'clock'> & Caller, { id }) => {
    const key = { id, ownerId: actor.userId };
    const requeued = await requeueDelivery(db, { ...key, now: clock.now() });
    if (requeued) return toDeliveryBody(requeued);
    if (await findDelivery(db, key)) throw new AppError('conflict', 'This callback is still pending; it is sent without a retry');
    throw notFound('callback delivery');
  },
});
