/** `pharos models list`: the models of this installation, with or without a folder here, and their states. */
import { stat } from 'node:fs/promises';
import { loadEnvironment } from '../../src/adapters/environment.ts';
import { listModelFolders, modelPlaces, resolveModel } from '../../src/adapters/model-folder.ts';
import { ConfigError, parseConfig } from '../../src/kernel/config/config.ts';
import type { Command } from '../command.ts';
import { dimensionsOf, mergeModels, type NamedModel, pathsOf, readStatuses, sizeInWords, stateInWords } from '../models.ts';

export const listModels: Command = {
  details:
    'A line has name, id, kind, dimensions, size and state. "configured" is the model that EMBEDDING_MODEL names; the database\n' +
    'decides which one is active.',
  run: async ({ terminal }) => {
    const config = parseConfig(loadEnvironment());
    const places = modelPlaces(config.dataDir);
    const configured = await resolveModel(config.embedding, places).catch(unlessConfigError);
    const statuses = await readStatuses(config);
    const models = mergeModels(await listModelFolders(places, pathsOf(statuses)), statuses);
    for (const model of models) {
      const mark = model.folder && model.folder.id === configured?.id ? ['(configured)'] : [];
      const state = model.status ? stateInWords(model.status) : 'not registered';
      terminal.print([model.name, model.id, ...(await describeFolder(model)), state, ...mark].join('  '));
    }
  },
};

async function describeFolder({ folder }: NamedModel): Promise<string[]> {
  if (!folder) return ['no folder here'];
  const dimensions = await dimensionsOf(folder);
  const size = sizeInWords((await stat(folder.onnx)).size);
  return [folder.kind, ...(dimensions === undefined ? [] : [`${dimensions} dimensions`]), size];
}

function unlessConfigError(error: unknown): undefined {
  if (!(error instanceof ConfigError)) throw error;
}
