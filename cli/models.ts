/** What the commands of `pharos models` share. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ModelFolder, Precision } from '../src/adapters/model-folder.ts';
import { openDatabase } from '../src/adapters/open-database.ts';
import type { Config } from '../src/kernel/config/config.ts';
import type { KnownModel } from '../src/kernel/model/embedding-models.ts';
import { type ModelStatus, modelStatuses } from '../src/services/models/list-models.ts';
import { callOf } from './call.ts';
import { UsageError } from './command.ts';
import { didYouMean } from './suggest.ts';

export const PRECISIONS: readonly Precision[] = ['fp32', 'int8'];

/** Bytes in words, in powers of ten: `11.5 MB`, below a tenth of that `2 KB`. */
export const sizeInWords = (bytes: number): string =>
  bytes < 100_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

/** A model that a command can name: it has a folder here, a row in the database, or both. */
export interface NamedModel {
  /** Of the row, where there is one. */
  readonly id: string;
  readonly name: string;
  readonly folder?: ModelFolder;
  readonly status?: ModelStatus;
}

/** Every model once, those with a folder first. A row of before ids had digests is that of the folder with its name. */
export function mergeModels(folders: readonly ModelFolder[], statuses: readonly ModelStatus[]): NamedModel[] {
  const statusOf = ({ id, legacyId }: ModelFolder) =>
    statuses.find((status) => status.id === id) ?? statuses.find((status) => status.id === legacyId);
  const here = folders.map((folder) => {
    const status = statusOf(folder);
    return { id: status?.id ?? folder.id, name: folder.name, folder, ...(status ? { status } : {}) };
  });
  const elsewhere = statuses.filter(({ id }) => !here.some((model) => model.id === id));
  return [...here, ...elsewhere.map((status) => ({ id: status.id, name: status.name, status }))];
}

/**
 * The model that a person means by its id, or by its name, with or without its organisation, where only one model bears it.
 * Throws UsageError that lists the candidates otherwise.
 */
export function chooseModel(models: readonly NamedModel[], wanted: string): NamedModel {
  const exact = models.filter((model) => model.id === wanted || model.folder?.id === wanted);
  const named = exact.length > 0 ? exact : models.filter((model) => namesOf(model).includes(wanted));
  // Equal folders are one model.
  const [found, ...others] = new Map(named.map((model) => [model.id, model])).values();
  if (found === undefined) {
    const known = models.flatMap((model) => [model.id, ...namesOf(model)]);
    throw new UsageError(`there is no model ${wanted}${didYouMean(wanted, known)}\nrun "${callOf('models list')}" for a list`);
  }
  if (others.length > 0) {
    throw new UsageError(
      `${wanted} can mean several models, name one by its id: ${[found, ...others].map(({ id }) => id).join(', ')}`,
    );
  }
  return found;
}

const namesOf = ({ id, name, folder }: NamedModel): string[] => [
  ...new Set([name, basename(name), id.split('@')[0] as string, ...(folder ? [folder.legacyId, basename(folder.path)] : [])]),
];

/** The shortest name by which `chooseModel` finds this model and no other. */
export function shortName(models: readonly NamedModel[], model: NamedModel): string {
  const isUnique = (name: string) => models.every((other) => other.id === model.id || !namesOf(other).includes(name));
  return [basename(model.name), model.name].find(isUnique) ?? model.id;
}

/** As the operations on models take it. Throws UsageError for a model whose folder is not here. */
export async function describeModel({ id, folder }: NamedModel): Promise<KnownModel> {
  if (!folder) throw new UsageError(`the folder of ${id} is not here: pull it, or copy it into DATA_DIR/models`);
  const { legacyId, name, manifest, path } = folder;
  return { id: folder.id, legacyId, name, path, dimensions: await dimensionsOf(folder), languages: manifest.languages };
}

/** From config.json, which a static model does not have. */
export async function dimensionsOf({ path }: ModelFolder): Promise<number | undefined> {
  try {
    const { hidden_size: size } = JSON.parse(await readFile(join(path, 'config.json'), 'utf8')) as { hidden_size?: unknown };
    return typeof size === 'number' ? size : undefined;
  } catch {
    return undefined;
  }
}

/** The models of the database; none where it does not exist yet or lacks migrations. Changes nothing. */
export async function readStatuses(config: Config): Promise<ModelStatus[]> {
  if (config.database.kind === 'sqlite' && !existsSync(config.database.path)) return [];
  const database = await openDatabase(config);
  try {
    const { pending } = await database.status();
    return pending.length > 0 ? [] : await modelStatuses(database.db);
  } finally {
    await database.close();
  }
}

/** Where folders lay that need not be in the usual places. */
export const pathsOf = (statuses: readonly ModelStatus[]): string[] => statuses.flatMap(({ path }) => path ?? []);

/** `active, 120 of 120 documents`: the state of a model in words. */
export function stateInWords({ state, documents, percent, activationRequestedAt, removedAt }: ModelStatus): string {
  const { total, embedded, failed } = documents;
  const failures = failed === 0 ? '' : `, ${failed} failed`;
  const progress = `${embedded} of ${total} documents${failures}`;
  if (state === 'active') return `active, ${progress}`;
  if (state === 'retired') return `retired, removed after ${new Date(removedAt ?? 0).toISOString()}`;
  const isUnfit = percent === 100 && failed > embedded;
  const request = isUnfit ? ', does not become active: it failed for most documents' : ', becomes active when complete';
  return `building, ${progress} (${percent} %)${activationRequestedAt === null ? '' : request}`;
}
