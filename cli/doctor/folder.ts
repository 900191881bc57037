/** The folder that EMBEDDING_MODEL names can be used: neither API nor worker starts without it. */
import { modelPlaces, resolveModel } from '../../src/adapters/model-folder.ts';
import { type Check, ok } from './check.ts';

export const folderCheck: Check = {
  name: 'folder',
  run: async ({ config }) => {
    const { id, path } = await resolveModel(config.embedding, modelPlaces(config.dataDir));
    return ok(`EMBEDDING_MODEL names ${id} in ${path}`);
  },
};
