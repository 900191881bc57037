/** POST /resources and POST /resources/upload: accept a document for processing. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { invalidField } from '../../kernel/core/json-bounds.ts';
import type { AppContext } from '../../services/context.ts';
import { invalidFields } from '../../services/invalid-fields.ts';
import { type CreatedResource, toAcceptedResponse } from '../../services/resources/accepted-response.ts';
import { createResource } from '../../services/resources/create-resource.ts';
import { newResourceDescription } from '../../services/resources/resource-fields.ts';
import { acceptedSchema } from '../../services/resources/resource-schemas.ts';
import { idempotencyKeyField, submitResource } from '../../services/resources/submit-resource.ts';
import type { AppEnv } from '../env.ts';
import { type UploadSize, uploadSize } from '../middleware/body-limit.ts';
import { isMultipart, requireContentType } from '../middleware/content-type.ts';
import { jsonBodyCheck } from '../middleware/json-body.ts';
import { createRouter, defineRoute, describeOnly, json, problems } from '../router.ts';
import type { Runtime } from '../runtime.ts';
import { fileContent, formContent, readResourceForm } from './resource-form.ts';

const headers = z.object({
  'idempotency-key': idempotencyKeyField.optional(),
});

const responses = {
  202: {
    ...json('Accepted: five stages will process the document. `Location` is the resource.', acceptedSchema),
    headers: z.object({ Location: z.string() }),
  },
  200: json('A duplicate: `id` is the existing resource with the same content', acceptedSchema),
  ...problems(400, 413, 415, 422, 429, 503),
};

const TYPES = ['application/json', 'multipart/form-data'] as const;

const createResourceRoute = defineRoute({
  method: 'post',
  path: '/resources',
  description:
    'Takes a URL to fetch, or text, Markdown or HTML as `content`; as multipart/form-data also a `file`. ' +
    'Responds at once; the document is processed in the background.',
  request: {
    headers,
    body: {
      required: true,
      content: { 'application/json': { schema: newResourceDescription }, 'multipart/form-data': formContent },
    },
  },
  responses,
});

const uploadRouteOf = (size: UploadSize) =>
  defineRoute({
    method: 'post',
    path: '/resources/upload',
    description: `Text, Markdown or HTML up to ${size.megabytes} MB, as the part \`file\` of multipart/form-data.`,
    middleware: [requireContentType(['multipart/form-data'])] as const,
    request: { headers, body: { required: true, content: { 'multipart/form-data': fileContent } } },
    responses,
  });

export function createCreateResourceRoutes(context: AppContext, runtime: Pick<Runtime, 'maxUploadBytes'>): OpenAPIHono<AppEnv> {
  const router = createRouter();
  const size = uploadSize(runtime);
  const { publicUrl } = context.config;

  function respond(c: Context<AppEnv>, created: CreatedResource) {
    const body = toAcceptedResponse(publicUrl, created);
    if (created.outcome === 'duplicate') return c.json(body, 200);
    return c.json(body, 202, { Location: `${publicUrl}/resources/${created.id}` });
  }

  // Validated by the operation, and forms by `readResourceForm`.
  describeOnly(router, createResourceRoute);
  router.post(createResourceRoute.path, requireContentType(TYPES), jsonBodyCheck, async (c) => {
    const key = headers.safeParse(c.req.header());
    if (!key.success) throw invalidFields(key.error, 'header');
    const { 'idempotency-key': idempotencyKey } = key.data;
    const actor = c.get('actor');
    if (isMultipart(c.req.header('content-type')))
      return respond(c, await createResource(context, actor, await readResourceForm(c, { size, idempotencyKey })));
    const body: unknown = await c.req.json();
    return respond(c, await submitResource(context, actor, withKey(body, idempotencyKey) as never, { source: 'json' }));
  });

  router.openapi(uploadRouteOf(size), async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = await readResourceForm(c, { size, idempotencyKey, fileOnly: true });
    return respond(c, await createResource(context, c.get('actor'), input));
  });

  return router;
}

/** The key is a header here and a field of the operation's input; a body may not have it. */
function withKey(body: unknown, idempotencyKey: string | undefined): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  if (Object.hasOwn(body, 'idempotency_key'))
    throw invalidField({ path: 'idempotency_key', message: 'is not a field of this request' }, 'json');
  return idempotencyKey === undefined ? body : { ...body, idempotency_key: idempotencyKey };
}
