/** `pharos models`: fetching embedding models, and what is there. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ModelFolder, modelPlaces, type Precision, resolveModel } from '../src/adapters/model-folder.ts';
import { ConfigError } from '../src/kernel/config/config.ts';
import { type StandaloneCommand, Usage } from './command.ts';
import { createHub, type HubFile } from './hub/hub.ts';
import { pull } from './hub/pull.ts';

const PRECISIONS: readonly Precision[] = ['fp32', 'int8'];
const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

export const pullModel: StandaloneCommand = {
  usage: 'models pull <id> [--revision main] [--precision fp32|int8]   fetches a model from the Hugging Face Hub',
  run: async ({ config, print, rewrite }, [id], { revision = 'main', precision: asked = config.embedding.precision }) => {
    if (!id) throw new Usage('expected the id of a model, as in sentence-transformers/all-MiniLM-L6-v2');
    const precision = PRECISIONS.find((known) => known === asked);
    if (!precision) throw new Usage(`expected a precision, one of ${PRECISIONS.join(', ')}`);
    const { endpoint, token } = config.hub;
    const hub = createHub({ endpoint, token: token?.reveal(), fetch });
    const progress = ({ path, size }: HubFile, bytes: number) => {
      if (bytes >= size) print(`${path}  ${megabytes(size)}`);
      else rewrite(`${path}  ${Math.floor((100 * bytes) / size)} % of ${megabytes(size)}`);
    };
    const { path, commit, fetched } = await pull({
      hub,
      id,
      revision,
      precision,
      models: join(config.dataDir, 'models'),
      sleep: (ms) => sleep(ms),
      progress,
    });
    print(fetched === 0 ? `${id} is in ${path} already (${commit.slice(0, 7)})` : `${id} is in ${path} (${commit.slice(0, 7)})`);
    print(`Use it with EMBEDDING_MODEL=${id}${precision === 'int8' ? ' and EMBEDDING_PRECISION=int8' : ''}`);
  },
};

export const listModels: StandaloneCommand = {
  usage: 'models list   the models that EMBEDDING_MODEL can name',
  run: async ({ config, print }) => {
    const places = modelPlaces(config.dataDir);
    for (const name of await namesIn(places)) {
      for (const folder of PRECISIONS.flatMap((precision) => folderOf(name, precision, places))) {
        const { model, precision } = config.embedding;
        const configured = folder.id === (precision === 'int8' ? `${model}:int8` : model) ? '  (configured)' : '';
        const dimensions = await dimensionsOf(folder);
        print(`${folder.id}  ${folder.kind}${dimensions}  ${megabytes((await stat(folder.onnx)).size)}${configured}`);
      }
    }
  },
};

/** Folders, and folders in folders that are named like organisations. */
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

/** None where it is no model, or not in this precision. */
function folderOf(name: string, precision: Precision, places: readonly string[]): ModelFolder[] {
  try {
    return [resolveModel({ model: name, precision }, places)];
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}

/** As its configuration says; a static model has none. */
async function dimensionsOf({ path }: ModelFolder): Promise<string> {
  try {
    const { hidden_size: size } = JSON.parse(await readFile(join(path, 'config.json'), 'utf8')) as { hidden_size?: unknown };
    return typeof size === 'number' ? `  ${size} dimensions` : '';
  } catch {
    return '';
  }
}
