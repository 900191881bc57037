/** `pharos models list`: the models that EMBEDDING_MODEL can name. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadEnvironment } from '../../src/adapters/environment.ts';
import { type ModelFolder, modelPlaces, type Precision, resolveModel } from '../../src/adapters/model-folder.ts';
import { ConfigError, parseConfig } from '../../src/kernel/config/config.ts';
import type { Command } from '../command.ts';
import { megabytes, PRECISIONS } from '../models.ts';

export const listModels: Command = {
  run: async ({ terminal }) => {
    const config = parseConfig(loadEnvironment());
    const { model, precision } = config.embedding;
    const configured = precision === 'int8' ? `${model}:int8` : model;
    const places = modelPlaces(config.dataDir);
    for (const name of await namesIn(places)) {
      for (const folder of PRECISIONS.flatMap((known) => folderOf(name, known, places))) {
        const size = megabytes((await stat(folder.onnx)).size);
        const mark = folder.id === configured ? '  (configured)' : '';
        terminal.print(`${folder.id}  ${folder.kind}${await dimensionsOf(folder)}  ${size}${mark}`);
      }
    }
  },
};

/** The names of folders, and `organisation/name` for folders in them. */
async function namesIn(places: readonly string[]): Promise<string[]> {
  const names = new Set<string>();
  for (const place of places) {
    for (const name of await foldersIn(place)) {
      names.add(name);
      for (const inner of await foldersIn(join(place, name))) names.add(`${name}/${inner}`);
    }
  }
  return [...names].toSorted();
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
}

/** Empty for a folder that is not a model, or not in this precision. */
function folderOf(name: string, precision: Precision, places: readonly string[]): ModelFolder[] {
  try {
    return [resolveModel({ model: name, precision }, places)];
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
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
