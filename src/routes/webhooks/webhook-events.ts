/** Payloads of incoming webhook events, read as inputs of `createResource`. */
import { z } from '@hono/zod-openapi';
import type { CreateResourceInput } from '../../services/resources/create-resource.ts';
import { BATCH_LIMIT } from '../../services/resources/create-resources.ts';
import { newResourceSchema, toCreateInput } from '../resources/resource-fields.ts';
import { invalidFields } from '../validation.ts';

/** A Standard Webhooks payload whose `data` is a document. */
export const standardEventSchema = z
  .object({
    type: z.string().min(1).max(200).openapi({ example: 'document.published' }),
    timestamp: z.string().max(64).optional(),
    data: newResourceSchema,
  })
  .openapi('WebhookEvent');

const repository = z.object({
  full_name: z.string().max(300),
  html_url: z.url().max(500),
  default_branch: z.string().max(300),
});
const files = z.array(z.string().max(1000)).default([]);
const pushSchema = z.object({
  ref: z.string(),
  after: z.string().regex(/^[\da-f]{40,64}$/),
  deleted: z.boolean().default(false),
  repository,
  commits: z.array(z.object({ added: files, modified: files, removed: files })).default([]),
});
const releaseSchema = z.object({
  action: z.string(),
  repository,
  release: z.object({
    html_url: z.url().max(500),
    tag_name: z.string().max(300),
    name: z.string().max(400).nullish(),
    body: z.string().nullish(),
    draft: z.boolean().default(false),
  }),
});

/** Files of a repository that Pharos can read. */
const DOCUMENT = /\.(?:md|markdown|txt|html?)$/i;

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
  const documents = [...changed].filter((path) => DOCUMENT.test(path)).slice(0, BATCH_LIMIT);
  if (documents.length === 0) return undefined;
  return documents.map((path) => ({
    // The URL names the commit, because a later version of the file is another document.
    source: { kind: 'url', url: `${repository.html_url}/raw/${after}/${path.split('/').map(encodeURIComponent).join('/')}` },
    tags: [repository.full_name.slice(0, 100)],
    metadata: { repository: repository.full_name, path, commit: after },
  }));
}

function readRelease({ action, repository, release }: z.infer<typeof releaseSchema>): CreateResourceInput[] | undefined {
  const notes = release.body?.trim() ?? '';
  if (action !== 'published' || release.draft || notes === '') return undefined;
  return [
    {
      ...toCreateInput({ content: notes, content_type: 'text/markdown' }),
      title: `${repository.full_name} ${release.name?.trim() || release.tag_name}`.slice(0, 500),
      tags: [repository.full_name.slice(0, 100)],
      metadata: { repository: repository.full_name, release: release.tag_name, url: release.html_url },
    },
  ];
}
