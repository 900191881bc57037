/** `pharos models list`: the models of this installation, with or without a folder here, and their states. */
import { stat } from 'node:fs/promises';
import { loadEnvironment } from '../../src/adapters/environment.ts';
import { listModelFolders, modelPlaces, resolveModel } from '../../src/adapters/model-folder.ts';
import { ConfigError, parseConfig } from '../../src/kernel/config/config.ts';
import { answer } from '../answer.ts';
import type { Command } from '../command.ts';
import { dimensionsOf, mergeModels, type NamedModel, pathsOf, readStatuses, sizeInWords, stateInWords } from '../models.ts';

export const listModels: Command = {
  details:
    'A line has name, id, kind, dimensions, size and state. "configured" is the model that EMBEDDING_MODEL names; the database\n' +
    'decides which one is active.',
  options: { json: { description: 'prints one JSON list' } },
  run: async ({ options, terminal }) => {
    const config = parseConfig(loadEnvironment());
    const places = modelPlaces(config.dataDir);
    const configured = await resolveModel(config.embedding, places).catch(unlessConfigError);
    const statuses = await readStatuses(config);
    const models = mergeModels(await listModelFolders(places, pathsOf(statuses)), statuses);
    const rows = await Promise.all(
      models.map(async (model) => ({
        model,
        folder: await readFolder(model),
        isConfigured: model.folder !== undefined && model.folder.id === configured?.id,
      })),
    );
    const values = rows.map(({ model: { id, name, status }, folder, isConfigured }) => ({
      id,
      name,
      state: status?.state ?? null,
      documents: status?.documents ?? null,
      configured: isConfigured,
      folder: folder ?? null,
    }));
    const lines = rows.map(({ model, folder, isConfigured }) => {
      const state = model.status ? stateInWords(model.status) : 'not registered';
      return [model.name, model.id, ...inWords(folder), state, ...(isConfigured ? ['(configured)'] : [])].join('  ');
    });
    answer({ options, terminal }, values, ...lines);
  },
};

interface Folder {
  readonly path: string;
  readonly kind: string;
  readonly dimensions?: number;
  readonly bytes: number;
}

async function readFolder({ folder }: NamedModel): Promise<Folder | undefined> {
  if (!folder) return undefined;
  const { path, kind, onnx } = folder;
  const dimensions = await dimensionsOf(folder);
  return { path, kind, ...(dimensions === undefined ? {} : { dimensions }), bytes: (await stat(onnx)).size };
}

function inWords(folder: Folder | undefined): string[] {
  if (!folder) return ['no folder here'];
  const { kind, dimensions, bytes } = folder;
  return [kind, ...(dimensions === undefined ? [] : [`${dimensions} dimensions`]), sizeInWords(bytes)];
}

function unlessConfigError(error: unknown): undefined {
  if (!(error instanceof ConfigError)) throw error;
}
