/** Resolves EMBEDDING_MODEL to the files of a model folder. */
import { existsSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { ConfigError } from '../kernel/config/config.ts';
import { packagePath } from './package-files.ts';

const SHIPPED = packagePath('models');

export type Precision = 'fp32' | 'int8';

interface Folder {
  /** Stored with each vector. Vectors of different models, or of different precisions of one model, are never compared. */
  readonly id: string;
  readonly path: string;
  readonly onnx: string;
}

/** `static`: words in `vocab.txt`, vectors in `model.onnx`. `transformer`: the export format of sentence-transformers. */
export type ModelFolder =
  | (Folder & { readonly kind: 'static'; readonly vocabulary: string })
  | (Folder & { readonly kind: 'transformer'; readonly tokenizer: string });

export interface ModelChoice {
  /** The name of a folder in one of `places`, or a path to one. */
  readonly model: string;
  readonly precision?: Precision | undefined;
}

/** File names that exporters use for each precision, in `onnx/` or beside the configuration. */
export const FILES: Readonly<Record<Precision, readonly string[]>> = {
  fp32: ['model.onnx'],
  int8: ['model_quantized.onnx', 'model_int8.onnx', 'model_qint8_avx512_vnni.onnx', 'model_qint8_arm64.onnx'],
};

/** Folders in which a model is looked up by name: pulled models, then shipped ones. */
export const modelPlaces = (dataDir: string): string[] => [join(dataDir, 'models'), SHIPPED];

/** Throws a ConfigError that names the setting. */
export function resolveModel({ model, precision = 'fp32' }: ModelChoice, places: readonly string[] = [SHIPPED]): ModelFolder {
  const candidates = isAbsolute(model) ? [model] : [...places.map((place) => join(place, model)), resolve(model)];
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw invalidSetting(`expected the name of a folder in ${places.join(' or ')}, or a path to one, not "${model}"`);
  }
  const file = (name: string) => (existsSync(join(path, name)) ? join(path, name) : undefined);
  const names = FILES[precision].flatMap((name) => [join('onnx', name), name]);
  const onnx = names.map(file).find((found) => found !== undefined);
  if (onnx === undefined) {
    const wanted = `${FILES[precision][0]}`;
    if (precision === 'fp32') throw invalidSetting(`expected a model folder, but ${path} has no ${wanted}`);
    throw invalidSetting(`expected fp32: ${path} has no ${wanted}`, 'EMBEDDING_PRECISION');
  }
  const name = nameOf(path, model, places);
  const id = precision === 'fp32' ? name : `${name}:${precision}`;
  const tokenizer = file('tokenizer.json');
  if (tokenizer !== undefined) return { id, kind: 'transformer', path, onnx, tokenizer };
  const vocabulary = file('vocab.txt');
  if (vocabulary !== undefined) return { id, kind: 'static', path, onnx, vocabulary };
  throw invalidSetting(`expected a model folder, but ${path} has neither tokenizer.json nor vocab.txt`);
}

/** The name of a pulled model includes its organisation, because two organisations can have a model of one name. */
function nameOf(path: string, model: string, places: readonly string[]): string {
  return places.some((place) => path === join(place, model)) ? model : basename(path);
}

const invalidSetting = (message: string, path = 'EMBEDDING_MODEL') => new ConfigError([{ path, message }]);
