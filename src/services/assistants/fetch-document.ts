import { z } from 'zod';
import { present } from '../../kernel/core/present.ts';
import { toIso } from '../../kernel/core/time.ts';
import { findResourceExcerpt } from '../../kernel/db/resources.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { type Caller, operation } from '../operation.ts';
import { resourceId, resourceIdInput, statusSchema } from '../resources/resource-schemas.ts';
import { documentTitle, documentUrl } from './document-url.ts';

/** Characters of a text that an assistant is given. */
export const MAX_TEXT_CHARACTERS = 100_000;

/** In the form that the connectors of assistants expect of the tool `fetch`. */
export const fetchDocument = operation({
  name: 'assistants.fetch',
  scope: 'resources:read',
  summary: 'Fetch a document',
  description:
    'Reads the text of a document by its id from `search` or `list_documents`. ' +
    `A text of more than ${MAX_TEXT_CHARACTERS.toLocaleString('en')} characters is cut there, and \`metadata.truncated\` is true.`,
  destructive: false,
  input: z.strictObject({ id: resourceIdInput }),
  output: z.object({
    id: resourceId,
    title: z.string(),
    text: z.string().meta({ description: 'Empty until the document has been read: `metadata.status` says how far it is' }),
    url: z.string().meta({ description: 'To cite the document by' }),
    metadata: z.object({
      truncated: z.boolean(),
      characters: z.int().meta({ description: 'Of the whole text' }),
      status: statusSchema,
      error_message: z.string().optional(),
      content_type: z.string().optional(),
      language: z.string().optional(),
      authors: z.array(z.string()),
      published_at: z.string().optional(),
      description: z.string().optional(),
      summary: z.string().optional(),
      category: z.string().optional(),
      tags: z.array(z.string()),
      created_at: z.iso.datetime(),
    }),
  }),
  errors: ['not_found'],
  run: async ({ db, config, actor }: Pick<AppContext, 'db' | 'config'> & Caller, { id }) => {
    const found = await findResourceExcerpt(db, { id, ownerId: actor.userId }, MAX_TEXT_CHARACTERS);
    if (!found) throw noSuchResource();
    const { text, characters, status, errorMessage, contentType, language, authors, publishedAt, createdAt, ...rest } = found;
    const { description, summary, category, tags } = rest;
    return {
      id,
      title: documentTitle(found),
      text: text ?? '',
      url: documentUrl(config, found),
      metadata: {
        truncated: characters > MAX_TEXT_CHARACTERS,
        characters,
        status,
        ...present({ error_message: errorMessage, content_type: contentType, language, published_at: publishedAt }),
        ...present({ description, summary, category }),
        authors,
        tags,
        created_at: toIso(createdAt),
      },
    };
  },
});
