/** Why a worker cannot use a model, for people: what is wrong, and what mends it. Without paths, because `/health` shows it. */
import { basename } from 'node:path';
import type { ModelFolder } from '../../src/adapters/model-folder.ts';
import type { Log } from '../../src/kernel/core/log.ts';

type Folder = Pick<ModelFolder, 'id' | 'path'>;

const nameOf = ({ path }: Folder) => `"${basename(path)}"`;

export const noFolder = (id: string) =>
  `No folder here holds ${id}. Copy its folder into DATA_DIR/models, or run "pharos models pull"; without it a switch to another ` +
  'model still completes, and until then searches are by words';

export const unusable = (folder: Folder, reason: string) =>
  `The folder ${nameOf(folder)} cannot be used: ${reason.replaceAll(folder.path, basename(folder.path))}`;

export const changed = (folder: Folder) =>
  `The graph or the tokenizer in the folder ${nameOf(folder)} was changed, so that it no longer holds ${folder.id}. Restore the files, ` +
  'or activate the model that the folder holds now';

export const embedsOtherwise = (folder: Folder) =>
  `The folder ${nameOf(folder)} has another pooling or prefix of documents than the vectors of ${folder.id} were made with. Restore ` +
  'pharos.json, 1_Pooling/config.json, config_sentence_transformers.json and EMBEDDING_DOCUMENT_PREFIX and start the worker again, ' +
  'or copy the folder under another name and activate that';

/** Thrown where a folder holds another model than the one that is to be loaded. */
export class ModelChanged extends Error {
  override readonly name = 'ModelChanged';
  constructor(folder: Folder) {
    super(changed(folder));
  }
}

/** The problems of a worker with its folders. Each is logged once, with the path. */
export function createProblems(log: Log) {
  const known = new Map<string, string>();
  return {
    tell: (folder: Folder, problem: string, error?: unknown): void => {
      if (known.get(folder.id) !== problem) log.error(problem, { path: folder.path, ...(error === undefined ? {} : { error }) });
      known.set(folder.id, problem);
    },
    /** Forgets `problem`, or any. */
    clear: (folder: Folder, problem?: string): void => {
      if (problem === undefined || known.get(folder.id) === problem) known.delete(folder.id);
    },
    of: (folderId: string): string | undefined => known.get(folderId),
  };
}
