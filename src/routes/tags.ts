/** The groups of the OpenAPI document. */

export const TAGS = [
  { name: 'Authentication', description: 'Accounts, tokens, sessions and connected apps' },
  { name: 'Resources', description: 'Documents: create, list, change, delete' },
  { name: 'Progress', description: 'Progress of the five stages, live' },
  { name: 'Webhooks', description: 'Endpoints at which other systems create resources' },
  { name: 'Callbacks', description: 'Signed events to the `callback_url` of resources' },
  { name: 'Search', description: 'Search by meaning, by keyword, or both' },
  { name: 'Embeddings', description: "The embedding model, in OpenAI's protocol" },
  { name: 'Assistants', description: 'Tools and documents for AI assistants, by the Model Context Protocol' },
  { name: 'Taxonomy', description: 'The tree of categories' },
  { name: 'Administration', description: 'Accounts and jobs, for admins' },
  { name: 'Jobs', description: 'Signed reports of the worker and the queue' },
  { name: 'Monitoring', description: 'Health and metrics' },
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
