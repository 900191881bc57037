/**
 * The fields that a client may set on a resource, with their limits; JSON, forms, batches and events share them. That text has
 * no NUL and is well-formed was checked before, for the whole body (`kernel/core/json-bounds.ts`).
 */
import { z } from 'zod';
import { BODY, JSON_BOUNDS, MAX_CONTENT_BYTES, MAX_METADATA_BYTES } from '../../kernel/core/bounds.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { MEDIA_TYPE } from '../../kernel/model/content-type.ts';
import type { CreateResourceInput } from './create-resource.ts';
import { contentTypeOf } from './uploaded-file.ts';

/** Characters of a URL. */
export const MAX_URL = 2_048;

const byteLength = (text: string) => new TextEncoder().encode(text).byteLength;

export const titleField = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .meta({ example: 'Why glaciers calve', description: 'Default: the title in the document. At most 500 characters.' });

export const descriptionField = z.string().trim().max(5_000).meta({ example: 'Read before the trip.' });

export const tagsField = z
  .array(z.string().trim().min(1).max(100))
  .max(50)
  .meta({ example: ['ice', 'climate'] });

export const metadataField = z
  .record(z.string().max(200), z.unknown())
  .refine((value) => byteLength(JSON.stringify(value)) <= MAX_METADATA_BYTES, 'must be at most 64 KB of JSON')
  .meta({
    maxProperties: JSON_BOUNDS.members,
    example: { shelf: 'B3' },
    description: 'Stored unchanged: at most 64 KB, 1,000 members an object and 64 levels deep',
  });

function httpUrl(value: string, context: z.RefinementCtx): void {
  const addIssue = (message: string) => context.addIssue({ code: 'custom', message });
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) addIssue('must be an http or https URL');
  else if (url.username !== '' || url.password !== '') addIssue('must not contain credentials');
}

export const urlField = z.string().trim().max(MAX_URL, { abort: true }).superRefine(httpUrl).meta({
  format: 'uri',
  example: 'https://example.org/articles/glaciers',
});

export const contentField = z
  .string()
  // In characters; `toCreateInput` counts bytes.
  .max(BODY.document, { abort: true })
  .refine((text) => text.trim() !== '', 'must not be empty')
  .meta({ example: 'Glaciers flow. Where they meet the sea, ice breaks off…', description: 'At most 5 MB of UTF-8' });

export const contentTypeField = z
  .string()
  .max(200, { abort: true })
  .regex(MEDIA_TYPE, 'must be a media type, such as text/markdown')
  .meta({
    example: 'text/markdown',
    description: 'The media type of the document. Its bytes decide where they say another. Default: what they look like.',
  });

/** Fields beside the document itself, for every way to send one. */
export const besideDocument = {
  title: titleField.optional(),
  description: descriptionField.optional(),
  tags: tagsField.optional(),
  metadata: metadataField.optional(),
  callback_url: urlField.optional().meta({ description: 'Receives a signed event when the document has been processed' }),
};

export const newResourceSchema = z
  .strictObject({
    url: urlField.optional().meta({ description: 'The worker fetches it. Excludes `content`.' }),
    content: contentField.optional(),
    content_type: contentTypeField.optional(),
    ...besideDocument,
  })
  .superRefine(({ url, content, content_type: type }, context) => {
    const addIssue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (url === undefined && content === undefined) addIssue('content', 'either content or url is required');
    if (url !== undefined && content !== undefined) addIssue('url', 'cannot be combined with content');
    if (url !== undefined && type !== undefined)
      addIssue('content_type', 'is only allowed with content: the server of a URL sends its own');
  });

const byUrl = z
  .strictObject({ url: urlField.meta({ description: 'The worker fetches it' }), ...besideDocument })
  .meta({ id: 'NewResourceByUrl' });
const byContent = z
  .strictObject({ content: contentField, content_type: contentTypeField.optional(), ...besideDocument })
  .meta({ id: 'NewResourceByContent' });
/** What `newResourceSchema` takes, as a JSON schema says it. It only describes, because the errors of a union name no field. */
export const newResourceDescription = z.union([byUrl, byContent]).meta({ id: 'NewResource' });

export type NewResource = z.infer<typeof newResourceSchema>;

/** The input of `createResource`. Throws `payload_too_large` for more than 5 MB of content, and what `contentTypeOf` throws. */
export function toCreateInput(body: NewResource, idempotencyKey?: string): CreateResourceInput {
  const { url, content = '', content_type: type = '', callback_url: callbackUrl, ...rest } = body;
  if (url !== undefined) return { ...rest, callbackUrl, idempotencyKey, source: { kind: 'url', url } };
  const bytes = new TextEncoder().encode(content);
  if (bytes.byteLength > MAX_CONTENT_BYTES) {
    throw new AppError('payload_too_large', 'content is larger than 5 MB; POST /resources/upload-url takes files up to 50 MB');
  }
  // JSON is UTF-8, whatever charset the type names for the document's origin.
  const declared = `${type.split(';')[0]}; charset=utf-8`;
  const contentType = contentTypeOf({ field: 'content', bytes, declared, filename: '' });
  return { ...rest, callbackUrl, idempotencyKey, source: { kind: 'content', body: bytes, contentType } };
}
