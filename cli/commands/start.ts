/** `pharos start`: the API with its worker, as `npm start` runs them. */
import { pathToFileURL } from 'node:url';
import { packagePath } from '../../src/adapters/package-files.ts';
import type { Command } from '../command.ts';

export const start: Command = {
  details: 'The API starts a worker beside it, unless WORKER_URL names one elsewhere. docs/configuration.md lists the settings.',
  // The program becomes the server, so that signals reach it.
  run: async () => void (await import(pathToFileURL(packagePath('bin/api.js')).href)),
};
