/** A document as multipart/form-data: `file`, `content` or `url`, with the fields that JSON has beside it. */
import type { Context } from 'hono';
import { BODY } from '../../kernel/core/bounds.ts';
import { AppError, type FieldError } from '../../kernel/core/errors.ts';
import { errorPath, invalidField, jsonValueFault, parseStrangersJson } from '../../kernel/core/json-bounds.ts';
import { MEDIA_TYPE } from '../../kernel/model/content-type.ts';
import { MAX_URL, newResourceSchema } from '../../services/resources/resource-fields.ts';
import { MAX_UPLOAD_BYTES } from '../../services/resources/uploaded-file.ts';
import type { AppEnv } from '../env.ts';
import type { UploadSize } from '../middleware/body-limit.ts';
import { type FormFile, formParts } from './form-parts.ts';

const text = (maxLength: number, rest: object = {}) => ({ type: 'string' as const, maxLength, ...rest });

const file = text(MAX_UPLOAD_BYTES, { format: 'binary', description: 'A document in any format that is read' });
const contentType = text(200, {
  pattern: MEDIA_TYPE.source,
  description: 'The media type of the document. Default: that of the part, or what name and bytes tell.',
});
const beside = {
  title: text(500, { minLength: 1 }),
  description: text(5_000),
  tags: {
    type: 'array' as const,
    items: text(100, { minLength: 1 }),
    maxItems: 50,
    description: 'Repeated fields, or one field separated by commas',
  },
  metadata: text(BODY.described, { contentMediaType: 'application/json', description: 'A JSON object' }),
  callback_url: text(MAX_URL, { format: 'uri' }),
};

const formOf = (required: string, fields: Readonly<Record<string, object>>) => ({
  type: 'object' as const,
  required: [required],
  properties: { ...fields, ...beside },
  additionalProperties: false,
});

const fileForm = formOf('file', { file, content_type: contentType });

/** Described by hand, because form fields are text and only become lists and objects in `readFields`. */
export const fileContent = { schema: fileForm };
export const formContent = {
  schema: {
    oneOf: [
      fileForm,
      formOf('content', { content: text(BODY.document, { minLength: 1 }), content_type: contentType }),
      formOf('url', { url: text(MAX_URL, { format: 'uri' }) }),
    ],
  },
};

export interface ResourceForm {
  readonly file: FormFile | undefined;
  /** The other fields in the shape that they have in JSON, for an operation to check. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Reads the form of a request. Throws `malformed_body` if the body is not a form, `invalid_input` for a field that no form has
 * or that cannot be read, `payload_too_large` for a file over `size`.
 */
export async function readResourceForm(c: Context<AppEnv>, size: UploadSize): Promise<ResourceForm> {
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  const { file, fields } = readFields(bytes, c.req.header('content-type') ?? '');
  if (file && ('content' in fields || 'url' in fields)) throw fieldError('file', 'cannot be combined with content or url');
  if (file && file.bytes.byteLength > size.bytes) throw new AppError('payload_too_large', size.tooLarge);
  return { file, fields };
}

/** Names that a form may have; the others are refused where they are found. */
const TEXT_FIELDS = new Set([...Object.keys(newResourceSchema.shape), 'tags[]']);

function readFields(body: Uint8Array, contentType: string): { file?: FormFile; fields: Record<string, unknown> } {
  const fields: Record<string, unknown> = {};
  const tags: string[] = [];
  let file: FormFile | undefined;
  for (const { name, value } of formParts(body, contentType)) {
    if (name === 'file') {
      if (typeof value === 'string') throw fieldError(name, 'must be a file, with a file name');
      if (file) throw fieldError(name, 'must not be repeated');
      file = value;
      continue;
    }
    if (!TEXT_FIELDS.has(name)) throw fieldError(errorPath([name]), 'is not a field of this request');
    if (typeof value !== 'string') throw fieldError(name, 'must be text');
    if (name !== 'content' && value.length > BODY.described) throw fieldError(name, 'is too long');
    if (name === 'tags' || name === 'tags[]') tags.push(value);
    else if (name in fields) throw fieldError(name, 'must not be repeated');
    else fields[name] = name === 'metadata' ? parseMetadata(value) : value;
  }
  if (tags.length > 0) fields.tags = tags.length > 1 ? tags : splitTags(tags[0] ?? '');
  const fault = jsonValueFault(fields);
  if (fault) throw invalidField(fault, 'form');
  return { ...(file ? { file } : {}), fields };
}

/** More tags than a resource may have, so that a long text of commas is refused without being split. */
const MAX_PIECES = 1_000;

const splitTags = (text: string) =>
  text
    .split(',', MAX_PIECES)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

/** With the checks of any JSON; the path of a fault begins with `metadata`. */
function parseMetadata(text: string): unknown {
  try {
    return parseStrangersJson(text, '');
  } catch (error) {
    const [fault] = (error instanceof AppError && error.errors) || [];
    if (fault) throw fieldError(errorPath(['metadata', fault.path].filter((part) => part !== '')), fault.message);
    throw fieldError('metadata', 'must be a JSON object');
  }
}

export function fieldError(path: string, message: string): AppError {
  const errors: FieldError[] = [{ path, message }];
  return new AppError('invalid_input', `${path}: ${message}`, { errors });
}
