/** Resolves the name of a model to the files of its folder, and to the id under which its vectors are stored. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { ConfigError } from '../kernel/config/config.ts';
import { readModelGraph } from './model-graph.ts';
import { type ModelManifest, type Precision, readManifest } from './model-manifest.ts';
import { packagePath } from './package-files.ts';

export type { Precision } from './model-manifest.ts';

const SHIPPED = packagePath('models');
/** Of the shipped folders, the one whose vectors were stored under its bare name. */
const SHIPPED_BEFORE_DIGESTS = 'pharos-static-192';

interface FolderFiles {
  /** As given: the name of a pulled model includes its organisation. */
  readonly name: string;
  readonly path: string;
  readonly onnx: string;
  readonly manifest: ModelManifest;
}

interface Identified {
  /**
   * Stored with each vector: the folder's name and a digest of its files, so that vectors of different models, or of
   * different precisions of one model, are never compared.
   */
  readonly id: string;
  /** The id under which versions before ids had digests stored vectors of this folder; `id` for a folder that is newer. */
  readonly legacyId: string;
  /** Whether each run of the graph takes one text: its vector would depend on the texts beside it otherwise. */
  readonly oneTextARun: boolean;
}

type Static<T> = T & { readonly kind: 'static'; readonly vocabulary: string };
type Transformer<T> = T & { readonly kind: 'transformer'; readonly tokenizer: string };

/** The files of a model folder. */
export type FoundModel = Static<FolderFiles> | Transformer<FolderFiles>;

/** `static`: words in `vocab.txt`, vectors in `model.onnx`. `transformer`: the export format of sentence-transformers. */
export type ModelFolder = Static<FolderFiles & Identified> | Transformer<FolderFiles & Identified>;

export interface ModelChoice {
  /** The name of a folder in one of `places`, or a path to one. */
  readonly model: string;
  /** Chooses between the graphs of a folder that has several. Undefined: `model.onnx`, else the quantised one. */
  readonly precision?: Precision | undefined;
}

/** File names that exporters use for each precision, in `onnx/` or beside the configuration. */
export const FILES: Readonly<Record<Precision, readonly string[]>> = {
  fp32: ['model.onnx'],
  int8: ['model_quantized.onnx', 'model_int8.onnx', 'model_qint8_avx512_vnni.onnx', 'model_qint8_arm64.onnx'],
};

/** Folders in which a model is looked up by name: pulled models, then shipped ones. */
export const modelPlaces = (dataDir: string): string[] => [join(dataDir, 'models'), SHIPPED];

/** Throws a ConfigError that names the setting, or the file and field of the folder. */
export function findModel({ model, precision }: ModelChoice, places: readonly string[] = [SHIPPED]): FoundModel {
  const candidates = isAbsolute(model) ? [model] : [...places.map((place) => join(place, model)), resolve(model)];
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw invalidSetting(`expected the name of a folder in ${places.join(' or ')}, or a path to one, not "${model}"`);
  }
  const manifest = readManifest(path);
  const found = { name: nameOf(path, model, places), path, onnx: chooseGraph(path, manifest, precision), manifest };
  const tokenizer = join(path, 'tokenizer.json');
  if (existsSync(tokenizer)) return { ...found, kind: 'transformer', tokenizer };
  const vocabulary = join(path, 'vocab.txt');
  if (existsSync(vocabulary)) return { ...found, kind: 'static', vocabulary };
  throw invalidSetting(`expected a model folder, but ${path} has neither tokenizer.json nor vocab.txt`);
}

/** As `findModel`, and reads the files for the model's id. */
export async function resolveModel(choice: ModelChoice, places: readonly string[] = [SHIPPED]): Promise<ModelFolder> {
  const found = findModel(choice, places);
  const { digest, quantisesDynamically } = await readGraphOf(found);
  const id = idOf(found, digest);
  const oneTextARun = found.manifest.oneTextARun ?? quantisesDynamically;
  return { ...found, id, legacyId: legacyIdOf(found) ?? id, oneTextARun };
}

const readGraphOf = (found: FoundModel) =>
  readModelGraph(found.onnx, found.kind === 'static' ? found.vocabulary : found.tokenizer);

const idOf = ({ path }: FoundModel, digest: string) => `${basename(path)}@${digest}`;

/** Whether the graph and the tokenizer are still those of the folder's id. Reads them only if they were written since. */
export async function isUnchanged(folder: ModelFolder): Promise<boolean> {
  return await readGraphOf(folder).then(
    ({ digest }) => idOf(folder, digest) === folder.id,
    () => false,
  );
}

/**
 * Every folder in `places`, and of `paths`, that can be resolved, in each precision that it has, by name. One that cannot, as
 * another program leaves it or writes it at this moment, is left out, so that it does not keep the others from being used.
 */
export async function listModelFolders(
  places: readonly string[] = [SHIPPED],
  paths: readonly string[] = [],
): Promise<ModelFolder[]> {
  const folders = new Map<string, ModelFolder>();
  for (const name of [...(await namesIn(places)), ...paths]) {
    for (const precision of ['fp32', 'int8'] as const) {
      const folder = await resolveModel({ model: name, precision }, places).catch(() => undefined);
      if (folder && !folders.has(folder.onnx)) folders.set(folder.onnx, folder);
    }
  }
  return [...folders.values()];
}

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

/** Symbolic links to folders are folders. */
async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(join(path, entry.name))))) names.push(entry.name);
  }
  return names;
}

const isFolder = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

function chooseGraph(path: string, { precision: ofModel = 'fp32' }: ModelManifest, wanted: Precision | undefined): string {
  const graph = (names: readonly string[]) =>
    names.flatMap((name) => [join(path, 'onnx', name), join(path, name)]).find((file) => existsSync(file));
  const [plain, int8] = [graph(FILES.fp32), graph(FILES.int8)];
  const chosen = {
    fp32: ofModel === 'fp32' ? plain : undefined,
    int8: int8 ?? (ofModel === 'int8' ? plain : undefined),
    any: plain ?? int8,
  }[wanted ?? 'any'];
  if (chosen !== undefined) return chosen;
  if (plain === undefined && int8 === undefined) {
    throw invalidSetting(`expected a model folder, but ${path} has no ${FILES.fp32[0]}`);
  }
  const [has, lacks] = wanted === 'int8' ? ['fp32', FILES.int8[0]] : ['int8', `${FILES.fp32[0]} in fp32`];
  throw invalidSetting(`expected ${has}: ${path} has no ${lacks}`, 'EMBEDDING_PRECISION');
}

/** The name of a pulled model includes its organisation, because two organisations can have a model of one name. */
function nameOf(path: string, model: string, places: readonly string[]): string {
  return places.some((place) => path === join(place, model)) ? model : basename(path);
}

/** Undefined for a folder that came with Pharos after ids got digests. */
function legacyIdOf({ name, path, onnx }: FoundModel): string | undefined {
  if (dirname(path) === SHIPPED && basename(path) !== SHIPPED_BEFORE_DIGESTS) return undefined;
  return FILES.int8.includes(basename(onnx)) ? `${name}:int8` : name;
}

const invalidSetting = (message: string, path = 'EMBEDDING_MODEL') => new ConfigError([{ path, message }]);
