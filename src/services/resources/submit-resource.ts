import { z } from 'zod';
import { type Caller, operation } from '../operation.ts';
import { type CreateResourceContext, createResource } from './create-resource.ts';
import { newResourceSchema, toCreateInput } from './resource-fields.ts';
import { resourceId, statusSchema } from './resource-schemas.ts';

export const idempotencyKeyField = z.string().min(1).max(255).meta({
  description: 'For a day, the same key with the same request gets the response of the first request',
  example: '5f0c2c1e',
});

export const createdSchema = z.object({
  id: resourceId,
  status: statusSchema,
  outcome: z
    .enum(['accepted', 'duplicate'])
    .meta({ description: '`duplicate`: the owner already had this document, which has this id' }),
});

/** A document by its address or its text. */
export const submitResource = operation({
  name: 'resources.create',
  scope: 'resources:write',
  summary: 'Create a resource',
  description: 'Takes a URL to fetch, or any text as `content`. Five stages process it in the background.',
  destructive: false,
  input: newResourceSchema.safeExtend({ idempotency_key: idempotencyKeyField.optional() }),
  output: createdSchema,
  errors: ['backlog_full', 'payload_too_large'],
  run: async ({ actor, ...context }: CreateResourceContext & Caller, { idempotency_key: idempotencyKey, ...document }) =>
    createResource(context, actor, toCreateInput(document, idempotencyKey)),
});
