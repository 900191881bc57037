import { z } from 'zod';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import {
  contentField,
  contentTypeField,
  descriptionField,
  tagsField,
  titleField,
  urlField,
} from '../resources/resource-fields.ts';
import { resourceId, statusSchema } from '../resources/resource-schemas.ts';
import { submitResource } from '../resources/submit-resource.ts';
import { documentUrl } from './document-url.ts';

type Context = Pick<AppContext, 'db' | 'clock' | 'ids' | 'config' | 'progress' | 'relay' | 'background' | 'log'>;

/** A document by its address or its text, with the fields that an assistant can fill in. */
export const addDocument = operation({
  name: 'assistants.add',
  scope: 'resources:write',
  summary: 'Add a document',
  description:
    "Adds a document to the user's library: either `url`, which Pharos fetches, or `content`. It is found by `search` once it " +
    'has been processed, which takes seconds: `document_status` says how far it is. The same document is not added twice.',
  destructive: false,
  input: z.strictObject({
    url: urlField.optional().meta({ description: 'A public http or https address. Excludes `content`.' }),
    content: contentField.optional(),
    content_type: contentTypeField.optional(),
    title: titleField.optional(),
    description: descriptionField.optional(),
    tags: tagsField.optional(),
  }),
  output: z.object({
    id: resourceId,
    status: statusSchema,
    outcome: z
      .enum(['accepted', 'duplicate'])
      .meta({ description: '`duplicate`: the library has this document already, under this id' }),
    url: z.string(),
  }),
  errors: ['backlog_full', 'payload_too_large'],
  run: async ({ actor, origin, ...context }: Context & Caller, input) => {
    const { id, status, outcome } = await submitResource(context, actor, input, { origin });
    return { id, status, outcome, url: documentUrl(context.config, { id, url: input.url ?? null }) };
  },
});
