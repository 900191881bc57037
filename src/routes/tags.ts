/** The groups of the OpenAPI document, in the order in which a reader of /docs meets them. */

export const TAGS = [
  { name: 'Resources', description: 'Documents: create, list, change, delete' },
  { name: 'Search', description: 'Search by meaning, by keyword, or both' },
  { name: 'Progress', description: 'Progress of the five stages, live' },
  { name: 'Authentication', description: 'Accounts, tokens, sessions and connected apps' },
  { name: 'Taxonomy', description: 'The tree of categories' },
  { name: 'Assistants', description: 'Tools and documents for AI assistants, by the Model Context Protocol' },
  { name: 'Embeddings', description: "The embedding model, in OpenAI's protocol" },
  { name: 'Webhooks', description: 'Endpoints at which other systems create resources' },
  { name: 'Callbacks', description: 'Signed events to the `callback_url` of resources' },
  { name: 'Administration', description: 'Accounts and jobs, for admins' },
  { name: 'Monitoring', description: 'Health and metrics' },
  { name: 'Jobs', description: 'Signed reports of the worker and the queue' },
  { name: 'About', description: 'This service and its API' },
] as const;

type Tag = (typeof TAGS)[number]['name'];

const TAG_OF_SUBJECT: Readonly<Record<string, Tag>> = {
  resources: 'Resources',
  tasks: 'Resources',
  taxonomy: 'Taxonomy',
  search: 'Search',
  callbacks: 'Callbacks',
  webhooks: 'Webhooks',
  jobs: 'Administration',
  models: 'Administration',
  users: 'Administration',
  progress: 'Progress',
  embeddings: 'Embeddings',
  assistants: 'Assistants',
  account: 'Authentication',
  tokens: 'Authentication',
  sessions: 'Authentication',
  providers: 'Authentication',
  grants: 'Authentication',
  apiKeys: 'Authentication',
  reports: 'Jobs',
  monitoring: 'Monitoring',
  about: 'About',
};

/** The tag of an operation by its subject, the first part of its name. */
export function tagOf(operation: string): Tag {
  const [subject = ''] = operation.split('.');
  const tag = TAG_OF_SUBJECT[subject];
  if (tag === undefined) throw new Error(`There is no tag for the operation ${operation}: name one in routes/tags.ts`);
  return tag;
}
