/** `pharos worker`: a worker alone, as `npm run worker` runs it. */
import { pathToFileURL } from 'node:url';
import { packagePath } from '../../src/adapters/package-files.ts';
import type { Command } from '../command.ts';

export const worker: Command = {
  details:
    'For an API that runs elsewhere with WORKER_URL. Without --roles it does all of the work: jobs, embeddings, search, ' +
    'uploads, mail, callbacks. docs/worker.md describes it.',
  examples: ['pharos worker --roles search'],
  options: {
    roles: { value: 'role,…', description: 'parts of the work that this worker does, as WORKER_ROLES' },
  },
  run: async ({ options }) => {
    if (options.roles !== undefined) process.env.WORKER_ROLES = options.roles;
    await import(pathToFileURL(packagePath('bin/worker.js')).href);
  },
};
