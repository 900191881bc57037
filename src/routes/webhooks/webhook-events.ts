/** Payloads of incoming webhook events, read as inputs of `createResource`. */
import { z } from '@hono/zod-openapi';
import { BODY, JSON_BOUNDS } from '../../kernel/core/bounds.ts';
import { truncate } from '../../kernel/core/text.ts';
import { formatOfFilename } from '../../kernel/model/format-lookup.ts';
import type { Format } from '../../kernel/model/formats.ts';
import { invalidFields } from '../../services/invalid-fields.ts';
import type { CreateResourceInput } from '../../services/resources/create-resource.ts';
import { BATCH_LIMIT } from '../../services/resources/create-resources.ts';
import {
  MAX_URL,
  type NewResource,
  newResourceSchema,
  toCreateInput,
  urlField,
} from '../../services/resources/resource-fields.ts';

/** A Standard Webhooks payload whose `data` is a document. */
export const standardEventSchema = z
  .object({
    type: z.string().min(1).max(200).openapi({ example: 'document.published' }),
    timestamp: z.string().max(64).optional(),
    data: newResourceSchema,
  })
  .openapi('WebhookEvent');

/** GitHub sends the files of up to 2,048 commits. */
const MAX_COMMITS = 2_048;

const repository = z.object({
  full_name: z.string().max(300),
  html_url: urlField,
  default_branch: z.string().max(300),
});
const files = z.array(z.string().max(4_096)).max(JSON_BOUNDS.elements).default([]);
export const pushSchema = z.object({
  ref: z.string().max(1_000),
  after: z
    .string()
    .max(64, { abort: true })
    .regex(/^[\da-f]{40,64}$/),
  deleted: z.boolean().default(false),
  repository,
  commits: z
    .array(z.object({ added: files, modified: files, removed: files }))
    .max(MAX_COMMITS)
    .default([]),
});
export const releaseSchema = z.object({
  action: z.string().max(100),
  repository,
  release: z.object({
    html_url: urlField,
    tag_name: z.string().max(300),
    name: z.string().max(1_000).nullish(),
    body: z.string().max(BODY.event).nullish(),
    draft: z.boolean().default(false),
  }),
});

/** What a person writes to be read. Of a repository's other files, code and data, a push would send most of each change. */
const DOCUMENTS: ReadonlySet<Format | undefined> = new Set<Format>([
  'html',
  'markdown',
  'text',
  'pdf',
  'epub',
  'rtf',
  'docx',
  'pptx',
  'odt',
  'odp',
  'rst',
  'asciidoc',
  'org',
  'latex',
]);

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidFields(parsed.error, 'json');
  return parsed.data;
}

/** The document of a Standard Webhooks event; undefined for a `ping`. Throws `invalid_input`. */
export function readStandardEvent(body: unknown): CreateResourceInput[] | undefined {
  if (typeof body === 'object' && body !== null && 'type' in body && body.type === 'ping') return undefined;
  return [toCreateInput(parse(standardEventSchema, body).data)];
}

/**
 * The documents that a push to the default branch changed, or the notes of a published release; undefined for any other
 * event. `event` is the X-GitHub-Event header. Throws `invalid_input`.
 */
export function readGitHubEvent(event: string | undefined, body: unknown): CreateResourceInput[] | undefined {
  if (event === 'push') return readPush(parse(pushSchema, body));
  if (event === 'release') return readRelease(parse(releaseSchema, body));
  return undefined;
}

function readPush({ ref, after, deleted, repository, commits }: z.infer<typeof pushSchema>): CreateResourceInput[] | undefined {
  if (deleted || ref !== `refs/heads/${repository.default_branch}`) return undefined;
  const changed = new Set<string>();
  for (const { added, modified, removed } of commits) {
    for (const path of [...added, ...modified]) changed.add(path);
    for (const path of removed) changed.delete(path);
  }
  // The URL names the commit, because a later version of the file is another document.
  const base = `${repository.html_url.replace(/\/$/, '')}/raw/${after}`;
  const documents = [...changed]
    .filter((path) => DOCUMENTS.has(formatOfFilename(path)))
    .map((path) => ({ path, url: `${base}/${path.split('/').map(encodeURIComponent).join('/')}` }))
    // One file that cannot be fetched does not keep the others of the push out.
    .filter(({ url }) => url.length <= MAX_URL)
    .slice(0, BATCH_LIMIT);
  if (documents.length === 0) return undefined;
  return documents.map(({ path, url }) =>
    toDocument({
      url,
      tags: [truncate(repository.full_name, 100)],
      metadata: { repository: repository.full_name, path, commit: after },
    }),
  );
}

/** With the rules of every document, and their errors. */
const toDocument = (body: NewResource): CreateResourceInput => toCreateInput(parse(newResourceSchema, body));

function readRelease({ action, repository, release }: z.infer<typeof releaseSchema>): CreateResourceInput[] | undefined {
  const notes = release.body?.trim() ?? '';
  if (action !== 'published' || release.draft || notes === '') return undefined;
  return [
    toDocument({
      content: notes,
      content_type: 'text/markdown',
      title: truncate(`${repository.full_name} ${release.name?.trim() || release.tag_name}`, 500),
      tags: [truncate(repository.full_name, 100)],
      metadata: { repository: repository.full_name, release: release.tag_name, url: release.html_url },
    }),
  ];
}
