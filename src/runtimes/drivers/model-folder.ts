/** From EMBEDDING_MODEL to the files of a model folder. */
import { existsSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../../kernel/config.ts';

const MODELS = fileURLToPath(new URL('../../../models', import.meta.url));

/** A folder of the static kind: its words in `vocab.txt`, its vectors in `model.onnx`. */
export interface ModelFolder {
  /** What vectors are stored under: vectors of two models are never compared. */
  readonly id: string;
  readonly kind: 'static';
  readonly path: string;
  readonly onnx: string;
  readonly vocabulary: string;
}

/** `setting` is the name of a folder in `modelsDir` or a path to one. Throws a ConfigError that names EMBEDDING_MODEL. */
export function resolveModel(setting: string, modelsDir: string = MODELS): ModelFolder {
  const candidates = isAbsolute(setting) ? [setting] : [join(modelsDir, setting), resolve(setting)];
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path === undefined) throw refusal(`expected the name of a folder in ${modelsDir}, or a path to one, not "${setting}"`);
  const file = (name: string) => (existsSync(join(path, name)) ? join(path, name) : undefined);
  if (file('tokenizer.json') !== undefined) {
    throw refusal(
      `expected a static model (vocab.txt and model.onnx); ${path} holds a transformer, which this version cannot run`,
    );
  }
  const vocabulary = file('vocab.txt');
  const onnx = file('model.onnx') ?? file('onnx/model.onnx');
  if (vocabulary === undefined || onnx === undefined) {
    throw refusal(`expected a model folder, but ${path} has no ${vocabulary === undefined ? 'vocab.txt' : 'model.onnx'}`);
  }
  return { id: basename(path), kind: 'static', path, onnx, vocabulary };
}

const refusal = (message: string) => new ConfigError([{ path: 'EMBEDDING_MODEL', message }]);
