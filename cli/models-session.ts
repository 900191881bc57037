/** The database together with the model that a person named. */
import { listModelFolders, modelPlaces } from '../src/adapters/model-folder.ts';
import { modelStatuses } from '../src/services/models/list-models.ts';
import { chooseModel, mergeModels, type NamedModel } from './models.ts';
import { type Session, withSession } from './session.ts';

/** Throws UsageError for a name that no model bears, or several. */
export async function withModel(wanted: string, work: (session: Session, model: NamedModel) => Promise<void>): Promise<void> {
  await withSession(async (session) => {
    const folders = await listModelFolders(modelPlaces(session.config.dataDir));
    await work(session, chooseModel(mergeModels(folders, await modelStatuses(session.db)), wanted));
  });
}
