/** Deliveries of callbacks, and the secret that signs them, as responses describe them. */
import { z } from 'zod';
import { present } from '../../kernel/core/present.ts';
import { toIso, toIsoOrNull } from '../../kernel/core/time.ts';
import type { CallbackDelivery, CallbackSecret } from '../../kernel/db/types.ts';
import { CALLBACK_EVENTS, DELIVERY_STATES } from '../../kernel/model/callbacks.ts';

export const deliverySchema = z
  .object({
    id: z.string().meta({ description: 'Sent as `webhook-id` with every attempt' }),
    resource_id: z.string(),
    event: z.enum(CALLBACK_EVENTS),
    url: z.string(),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    next_attempt_at: z.iso.datetime().optional(),
    response_status: z.int().optional().meta({ description: 'HTTP status of the last response' }),
    error: z.string().optional(),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().optional(),
  })
  .meta({ id: 'CallbackDelivery' });

export const secretSchema = z
  .object({
    secret: z.string().meta({ example: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD' }),
    created_at: z.iso.datetime(),
    previous_valid_until: z.iso
      .datetime()
      .optional()
      .meta({ description: 'Until then the previous secret signs deliveries, too' }),
  })
  .meta({ id: 'CallbackSecret' });

export const toDeliveryBody = (delivery: CallbackDelivery) => ({
  id: delivery.id,
  resource_id: delivery.resourceId,
  event: delivery.event,
  url: delivery.url,
  state: delivery.state,
  attempts: delivery.attempt,
  ...present({
    next_attempt_at: delivery.state === 'pending' ? toIso(delivery.availableAt) : null,
    response_status: delivery.responseStatus,
    error: delivery.error,
  }),
  created_at: toIso(delivery.createdAt),
  ...present({ finished_at: toIsoOrNull(delivery.finishedAt) }),
});

export const toSecretBody = ({ secret, createdAt, previousExpiresAt }: CallbackSecret, now: number) => ({
  secret,
  created_at: toIso(createdAt),
  ...(previousExpiresAt !== null && previousExpiresAt > now ? { previous_valid_until: toIso(previousExpiresAt) } : {}),
});
