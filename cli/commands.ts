/** Every command by its name. A command's module is loaded when it is called, which keeps `--version` and `--help` quick. */
import type { Command } from './command.ts';

export interface Entry {
  readonly summary: string;
  load(): Promise<Command>;
}

export const COMMANDS: Readonly<Record<string, Entry>> = {
  migrate: {
    summary: 'applies pending database migrations, or lists them',
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  'users create': {
    summary: 'creates a user, such as the first admin',
    load: async () => (await import('./commands/users-create.ts')).createUser,
  },
  'users tier': {
    summary: 'sets the tier of a user',
    load: async () => (await import('./commands/users-tier.ts')).setTier,
  },
  'users deactivate': {
    summary: 'deactivates a user and ends all sessions',
    load: async () => (await import('./commands/users-deactivate.ts')).deactivateUser,
  },
  'users delete': {
    summary: 'deletes a user and everything that the account owns',
    load: async () => (await import('./commands/users-delete.ts')).deleteUser,
  },
  'models pull': {
    summary: 'downloads an embedding model from the Hugging Face Hub',
    load: async () => (await import('./commands/models-pull.ts')).pullModel,
  },
  'models list': {
    summary: 'lists embedding models with their states and progress',
    load: async () => (await import('./commands/models-list.ts')).listModels,
  },
  'models add': {
    summary: 'embeds documents for one more model',
    load: async () => (await import('./commands/models-add.ts')).addModel,
  },
  'models activate': {
    summary: 'switches to a model once every document is embedded for it',
    load: async () => (await import('./commands/models-activate.ts')).activateModel,
  },
  'models retire': {
    summary: 'gives up a model, whose vectors are removed after a day',
    load: async () => (await import('./commands/models-retire.ts')).retireModel,
  },
  mcp: {
    summary: 'serves assistants on standard input and output',
    load: async () => (await import('./commands/mcp.ts')).mcp,
  },
  doctor: {
    summary: 'checks configuration, database, store, worker and models',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  'db backup': {
    summary: 'writes a copy of the SQLite database while Pharos runs',
    load: async () => (await import('./commands/db-backup.ts')).backup,
  },
  'db copy': {
    summary: 'copies a whole database into an empty one',
    load: async () => (await import('./commands/db-copy.ts')).copy,
  },
};
