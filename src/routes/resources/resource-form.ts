/** A document as multipart/form-data: `file`, `content` or `url`, with the fields that JSON has beside it. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { AppError, type FieldError } from '../../kernel/core/errors.ts';
import { parseJson } from '../../kernel/core/json.ts';
import type { CreateResourceInput } from '../../services/resources/create-resource.ts';
import { checkFileContent, cleanName, SUPPORTED, typeOfFile } from '../../services/resources/uploaded-file.ts';
import type { AppEnv } from '../env.ts';
import type { UploadSize } from '../middleware/body-limit.ts';
import { invalidFields } from '../validation.ts';
import { besideDocument, newResourceSchema, toCreateInput } from './resource-fields.ts';

const besideFile = z.strictObject(besideDocument);

/** Described by hand, because form fields are text and only become lists and objects in `textFields`. */
export const formContent = {
  schema: {
    type: 'object' as const,
    properties: {
      file: { type: 'string' as const, format: 'binary', description: 'Text, Markdown or HTML' },
      url: { type: 'string' as const, format: 'uri' },
      content: { type: 'string' as const },
      content_type: { type: 'string' as const, description: `${SUPPORTED}. Default: the type of the part or of the file name.` },
      title: { type: 'string' as const, maxLength: 500 },
      description: { type: 'string' as const, maxLength: 5_000 },
      tags: {
        type: 'array' as const,
        items: { type: 'string' as const },
        maxItems: 50,
        description: 'Repeated fields, or one field separated by commas',
      },
      metadata: { type: 'string' as const, description: 'A JSON object' },
      callback_url: { type: 'string' as const, format: 'uri' },
    },
  },
};

export interface ReadFormOptions {
  readonly size: UploadSize;
  readonly idempotencyKey?: string | undefined;
  /** Whether `file` is required. */
  readonly fileOnly?: boolean;
}

/**
 * Reads the form of a request. Throws `malformed_body` if the body is not a form, `invalid_input` for a field that is not
 * valid, `unsupported_media_type` for a file that is not text, Markdown or HTML, `payload_too_large` for one over `size`.
 */
export async function readResourceForm(
  c: Context<AppEnv>,
  { size, idempotencyKey, fileOnly = false }: ReadFormOptions,
): Promise<CreateResourceInput> {
  const form = await c.req.formData().catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause;
    throw new AppError('malformed_body', 'The body is not well-formed multipart/form-data', { cause });
  });
  const file = form.get('file');
  const body = textFields(form);
  if (!(file instanceof File)) {
    if (fileOnly) throw fieldError('file', file === null ? 'is required' : 'must be a file, with a file name');
    return toCreateInput(checked(newResourceSchema.safeParse(body)), idempotencyKey);
  }
  const { content_type: named, ...fields } = body;
  if ('content' in fields || 'url' in fields) throw fieldError('file', 'cannot be combined with content or url');
  const rest = checked(besideFile.safeParse(fields));
  const { callback_url: callbackUrl, ...described } = rest;
  const contentType = typeOfFile({
    named: typeof named === 'string' ? named : undefined,
    declared: file.type,
    filename: file.name,
  });
  return {
    ...described,
    callbackUrl,
    idempotencyKey,
    source: { kind: 'content', body: await contentOf(file, contentType, size), contentType, filename: cleanName(file.name) },
  };
}

/** Form fields in the shape that they have in JSON. */
function textFields(form: FormData): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const name of new Set(form.keys())) {
    if (name === 'file') continue;
    const values = form.getAll(name);
    if (values.some((value) => typeof value !== 'string')) throw fieldError(name, 'must be text');
    const [value] = values;
    if (name === 'tags' || name === 'tags[]') fields.tags = values.length > 1 ? values : splitTags(String(value));
    else if (values.length > 1) throw fieldError(name, 'must not be repeated');
    else if (name === 'metadata') fields.metadata = parseMetadata(String(value));
    else fields[name] = value;
  }
  return fields;
}

const splitTags = (text: string) =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

const parseMetadata = (text: string): unknown => parseJson(text, () => fieldError('metadata', 'must be a JSON object'));

async function contentOf(file: File, contentType: string, size: UploadSize): Promise<Uint8Array> {
  if (file.size > size.bytes) throw new AppError('payload_too_large', size.tooLarge);
  const bytes = new Uint8Array(await file.arrayBuffer());
  checkFileContent(bytes, contentType);
  return bytes;
}

function checked<T>(result: { success: true; data: T } | { success: false; error: z.ZodError }): T {
  if (result.success) return result.data;
  throw invalidFields(result.error, 'form');
}

function fieldError(path: string, message: string): AppError {
  const errors: FieldError[] = [{ path, message }];
  return new AppError('invalid_input', `${path}: ${message}`, { errors });
}
