/** `pharos models list`: the models that EMBEDDING_MODEL can name. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadEnvironment } from '../../src/adapters/environment.ts';
import { listModelFolders, type ModelFolder, modelPlaces, resolveModel } from '../../src/adapters/model-folder.ts';
import { ConfigError, parseConfig } from '../../src/kernel/config/config.ts';
import type { Command } from '../command.ts';
import { megabytes } from '../models.ts';

export const listModels: Command = {
  run: async ({ terminal }) => {
    const config = parseConfig(loadEnvironment());
    const places = modelPlaces(config.dataDir);
    const configured = await resolveModel(config.embedding, places).catch(unlessConfigError);
    for (const folder of await listModelFolders(places)) {
      const size = megabytes((await stat(folder.onnx)).size);
      const mark = folder.id === configured?.id ? '  (configured)' : '';
      terminal.print(`${folder.name}  ${folder.id}  ${folder.kind}${await dimensionsOf(folder)}  ${size}${mark}`);
    }
  },
};

function unlessConfigError(error: unknown): undefined {
  if (!(error instanceof ConfigError)) throw error;
}

/** From config.json, which a static model does not have. */
async function dimensionsOf({ path }: ModelFolder): Promise<string> {
  try {
    const { hidden_size: size } = JSON.parse(await readFile(join(path, 'config.json'), 'utf8')) as { hidden_size?: unknown };
    return typeof size === 'number' ? `  ${size} dimensions` : '';
  } catch {
    return '';
  }
}
