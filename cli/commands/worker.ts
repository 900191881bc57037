/** `pharos worker`: a worker alone, as `npm run worker` runs it. */
import { pathToFileURL } from 'node:url';
import { packagePath } from '../../src/adapters/package-files.ts';
import type { Command } from '../command.ts';

export const worker: Command = {
  details: 'For an API that runs elsewhere with WORKER_URL. docs/worker.md describes it.',
  run: async () => void (await import(pathToFileURL(packagePath('bin/worker.js')).href)),
};
