/** A model is active, and what is being built comes along. */
import { modelStatuses } from '../../src/services/models/list-models.ts';
import { stateInWords } from '../models.ts';
import { type Check, isFinding, migrated, ok, warning } from './check.ts';

export const modelsCheck: Check = {
  name: 'models',
  run: async (patient) => {
    const database = await migrated(patient);
    if (isFinding(database)) return database;
    const statuses = await modelStatuses(database.db);
    const active = statuses.find(({ state }) => state === 'active');
    if (!active) return warning('no model is active: the first start of a worker makes one so');
    const words = statuses
      .filter(({ state }) => state !== 'retired')
      .map((status) => `${status.id} ${stateInWords(status)}`)
      .join('; ');
    if (active.documents.failed > 0) {
      return warning(`${words}: the documents that failed are found by words only; GET /admin/models names them`);
    }
    return ok(words);
  },
};
