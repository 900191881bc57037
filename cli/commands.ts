/** Every command by its name. A command's module is loaded when it is called, which keeps `--version` and `--help` quick. */
import type { Entry } from './command.ts';

export const COMMANDS: Readonly<Record<string, Entry>> = {
  login: {
    kind: 'client',
    summary: 'begins a session with user name and password',
    load: async () => (await import('./commands/login.ts')).login,
  },
  logout: {
    kind: 'client',
    summary: 'ends the session',
    load: async () => (await import('./commands/logout.ts')).logout,
  },
  ingest: {
    kind: 'client',
    summary: 'sends files, folders and web pages',
    load: async () => (await import('./commands/ingest.ts')).ingest,
  },
  search: {
    kind: 'client',
    summary: 'finds passages by meaning and by words',
    load: async () => (await import('./commands/search.ts')).search,
  },
  show: {
    kind: 'client',
    summary: 'shows a document, or its text',
    load: async () => (await import('./commands/show.ts')).show,
  },
  open: {
    kind: 'client',
    summary: 'opens the address of a document in the browser',
    load: async () => (await import('./commands/open.ts')).open,
  },
  status: {
    kind: 'client',
    summary: 'shows how far documents are',
    load: async () => (await import('./commands/status.ts')).status,
  },
  tag: {
    kind: 'client',
    summary: 'adds tags to a document, or takes them away',
    load: async () => (await import('./commands/tag.ts')).tag,
  },
  rm: {
    kind: 'client',
    summary: 'deletes documents',
    load: async () => (await import('./commands/rm.ts')).rm,
  },
  cancel: {
    kind: 'client',
    summary: 'stops the processing of documents',
    load: async () => (await import('./commands/cancel.ts')).cancel,
  },
  'keys list': {
    kind: 'client',
    summary: 'lists your API keys',
    load: async () => (await import('./commands/keys-list.ts')).listKeys,
  },
  'keys create': {
    kind: 'client',
    summary: 'makes an API key for a program',
    load: async () => (await import('./commands/keys-create.ts')).createKey,
  },
  'keys delete': {
    kind: 'client',
    summary: 'deletes an API key',
    load: async () => (await import('./commands/keys-delete.ts')).deleteKey,
  },
  'jobs list': {
    kind: 'client',
    summary: 'lists the jobs of the queue (admins)',
    load: async () => (await import('./commands/jobs-list.ts')).listJobs,
  },
  'jobs retry': {
    kind: 'client',
    summary: 'runs a job again that gave up (admins)',
    load: async () => (await import('./commands/jobs-retry.ts')).retryJob,
  },
  'jobs cancel': {
    kind: 'client',
    summary: 'ends a job that waits or runs (admins)',
    load: async () => (await import('./commands/jobs-cancel.ts')).cancelJob,
  },
  'taxonomy show': {
    kind: 'client',
    summary: 'shows the tree of categories',
    load: async () => (await import('./commands/taxonomy-show.ts')).showTaxonomy,
  },
  'taxonomy replace': {
    kind: 'client',
    summary: 'replaces the tree of categories (admins)',
    load: async () => (await import('./commands/taxonomy-replace.ts')).replaceTaxonomy,
  },
  mcp: {
    kind: 'client',
    summary: 'serves assistants on standard input and output',
    load: async () => (await import('./commands/mcp.ts')).mcp,
  },
  completion: {
    kind: 'client',
    summary: 'prints a script that completes commands in a shell',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
  start: {
    kind: 'operator',
    summary: 'runs the API and its worker',
    load: async () => (await import('./commands/start.ts')).start,
  },
  worker: {
    kind: 'operator',
    summary: 'runs a worker alone',
    load: async () => (await import('./commands/worker.ts')).worker,
  },
  migrate: {
    kind: 'operator',
    summary: 'applies pending database migrations, or lists them',
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  'users create': {
    kind: 'operator',
    summary: 'creates a user, such as the first admin',
    load: async () => (await import('./commands/users-create.ts')).createUser,
  },
  'users tier': {
    kind: 'operator',
    summary: 'sets the tier of a user',
    load: async () => (await import('./commands/users-tier.ts')).setTier,
  },
  'users deactivate': {
    kind: 'operator',
    summary: 'deactivates a user and ends all sessions',
    load: async () => (await import('./commands/users-deactivate.ts')).deactivateUser,
  },
  'users delete': {
    kind: 'operator',
    summary: 'deletes a user and everything that the account owns',
    load: async () => (await import('./commands/users-delete.ts')).deleteUser,
  },
  'models pull': {
    kind: 'operator',
    summary: 'downloads an embedding model from the Hugging Face Hub',
    load: async () => (await import('./commands/models-pull.ts')).pullModel,
  },
  'models list': {
    kind: 'operator',
    summary: 'lists embedding models with their states and progress',
    load: async () => (await import('./commands/models-list.ts')).listModels,
  },
  'models add': {
    kind: 'operator',
    summary: 'embeds documents for one more model',
    load: async () => (await import('./commands/models-add.ts')).addModel,
  },
  'models activate': {
    kind: 'operator',
    summary: 'switches to a model once every document is embedded for it',
    load: async () => (await import('./commands/models-activate.ts')).activateModel,
  },
  'models retire': {
    kind: 'operator',
    summary: 'gives up a model, whose vectors are removed after a day',
    load: async () => (await import('./commands/models-retire.ts')).retireModel,
  },
  config: {
    kind: 'operator',
    summary: 'shows the settings as they are read, without secrets',
    load: async () => (await import('./commands/config.ts')).config,
  },
  doctor: {
    kind: 'operator',
    summary: 'checks configuration, database, store, worker and models',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  'db backup': {
    kind: 'operator',
    summary: 'writes a copy of the SQLite database while Pharos runs',
    load: async () => (await import('./commands/db-backup.ts')).backup,
  },
  'db copy': {
    kind: 'operator',
    summary: 'copies a whole database into an empty one',
    load: async () => (await import('./commands/db-copy.ts')).copy,
  },
};
