/** The database together with the model that a person named. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listModelFolders, modelPlaces, resolveModel } from '../src/adapters/model-folder.ts';
import { ConfigError } from '../src/kernel/config/config.ts';
import { modelStatuses } from '../src/services/models/list-models.ts';
import { UsageError } from './command.ts';
import { chooseModel, mergeModels, type NamedModel, pathsOf } from './models.ts';
import { type Session, withSession } from './session.ts';

/** Throws UsageError for a name that no model bears, or several; for a folder that cannot be used the reason. */
export async function withModel(wanted: string, work: (session: Session, model: NamedModel) => Promise<void>): Promise<void> {
  await withSession(async (session) => {
    const places = modelPlaces(session.config.dataDir);
    const statuses = await modelStatuses(session.db);
    const models = mergeModels(await listModelFolders(places, pathsOf(statuses)), statuses);
    await work(session, await chooseOrExplain(models, wanted, places));
  });
}

async function chooseOrExplain(models: readonly NamedModel[], wanted: string, places: readonly string[]): Promise<NamedModel> {
  try {
    return chooseModel(models, wanted);
  } catch (error) {
    // The list leaves out folders that cannot be used.
    if (!places.some((place) => existsSync(join(place, wanted)))) throw error;
    const cause: unknown = await resolveModel({ model: wanted }, places).catch((reason: unknown) => reason);
    if (!(cause instanceof Error)) throw error;
    const reason = cause instanceof ConfigError ? cause.errors.map(({ message }) => message).join('; ') : cause.message;
    throw new UsageError(`the folder of ${wanted} cannot be used: ${reason}`);
  }
}
