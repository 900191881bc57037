/** POST /resources and POST /resources/upload: accept a document for processing. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { invalidField } from '../../kernel/core/json-bounds.ts';
import type { AppContext } from '../../services/context.ts';
import { invalidFields } from '../../services/invalid-fields.ts';
import { type CreatedResource, toAcceptedResponse } from '../../services/resources/accepted-response.ts';
import { newResourceDescription } from '../../services/resources/resource-fields.ts';
import { acceptedSchema } from '../../services/resources/resource-schemas.ts';
import { idempotencyKeyField, submitResource } from '../../services/resources/submit-resource.ts';
import { uploadResource } from '../../services/resources/upload-resource.ts';
import type { AppEnv } from '../env.ts';
import { type UploadSize, uploadSize } from '../middleware/body-limit.ts';
import { isMultipart, requireContentType } from '../middleware/content-type.ts';
import { jsonBodyCheck } from '../middleware/json-body.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { createRouter, defineRoute, describeOnly, json, problems } from '../router.ts';
import type { Runtime } from '../runtime.ts';
import { fieldError, fileContent, formContent, readResourceForm } from './resource-form.ts';

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
    'Takes a URL to fetch, or any text as `content`; as multipart/form-data also a `file` in any format that is read. ' +
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
    description: `A document in any format that is read, up to ${size.megabytes} MB, as the part \`file\` of multipart/form-data.`,
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

  async function fromForm(c: Context<AppEnv>, idempotencyKey: string | undefined, fileOnly = false) {
    const { file, fields } = await readResourceForm(c, size);
    const actor = c.get('actor');
    const given = idempotencyKey === undefined ? fields : { ...fields, idempotency_key: idempotencyKey };
    const options = { origin: requestOrigin(c), source: 'form' };
    if (file) {
      const { bytes, name: filename, type } = file;
      return uploadResource(context, actor, { ...given, bytes, filename, declared_type: type }, options);
    }
    if (fileOnly) throw fieldError('file', 'is required');
    return submitResource(context, actor, given, options);
  }

  // Validated by the operations.
  describeOnly(router, createResourceRoute);
  router.post(createResourceRoute.path, requireContentType(TYPES), jsonBodyCheck, async (c) => {
    const key = headers.safeParse(c.req.header());
    if (!key.success) throw invalidFields(key.error, 'header');
    const { 'idempotency-key': idempotencyKey } = key.data;
    if (isMultipart(c.req.header('content-type'))) return respond(c, await fromForm(c, idempotencyKey));
    const body = withKey(await c.req.json(), idempotencyKey);
    const options = { origin: requestOrigin(c), source: 'json' };
    return respond(c, await submitResource(context, c.get('actor'), body as never, options));
  });

  router.openapi(uploadRouteOf(size), async (c) => respond(c, await fromForm(c, c.req.valid('header')['idempotency-key'], true)));

  return router;
}

/** The key is a header here and a field of the operation's input; a body may not have it. */
function withKey(body: unknown, idempotencyKey: string | undefined): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  if (Object.hasOwn(body, 'idempotency_key'))
    throw invalidField({ path: 'idempotency_key', message: 'is not a field of this request' }, 'json');
  return idempotencyKey === undefined ? body : { ...body, idempotency_key: idempotencyKey };
}
