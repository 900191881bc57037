/** `pharos models pull`: an embedding model from the Hugging Face Hub. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadEnvironment } from '../../src/adapters/environment.ts';
import { listModelFolders, modelPlaces, resolveModel } from '../../src/adapters/model-folder.ts';
import { parseConfig } from '../../src/kernel/config/config.ts';
import { answer, json, remark } from '../answer.ts';
import { callOf } from '../call.ts';
import { type Command, UsageError } from '../command.ts';
import { createHub, type HubFile } from '../hub/hub.ts';
import { pull } from '../hub/pull.ts';
import { mergeModels, PRECISIONS, shortName, sizeInWords } from '../models.ts';

export const pullModel: Command = {
  details: 'Files are checked against the checksums of the Hub. A download that was interrupted continues within the file.',
  args: [{ name: 'id', description: 'id of the model, such as sentence-transformers/all-MiniLM-L6-v2' }],
  options: {
    revision: { value: 'revision', description: 'branch, tag or commit; main by default' },
    precision: { value: PRECISIONS.join('|'), description: 'EMBEDDING_PRECISION by default, else fp32' },
    json,
  },
  run: async ({ args: [id = ''], options, terminal }) => {
    const config = parseConfig(loadEnvironment());
    const { revision = 'main', precision: wanted = config.embedding.precision ?? 'fp32' } = options;
    const precision = PRECISIONS.find((known) => known === wanted);
    if (!precision) throw new UsageError(`expected a precision, one of ${PRECISIONS.join(', ')}`);
    const { endpoint, token } = config.hub;
    const hub = createHub({ endpoint, token: token?.reveal(), fetch });
    const progress = ({ path, size }: HubFile, bytes: number) => {
      if (bytes >= size) remark({ options, terminal }, `${path}  ${sizeInWords(size)}`);
      else terminal.rewrite(`${path}  ${Math.floor((100 * bytes) / size)} % of ${sizeInWords(size)}`);
    };
    const models = join(config.dataDir, 'models');
    const pulled = await pull({ hub, id, revision, precision, models, sleep: (ms) => sleep(ms), progress });
    const already = pulled.fetched === 0 ? ' already' : '';
    const folders = mergeModels(await listModelFolders(modelPlaces(config.dataDir)), []);
    const mine = await resolveModel({ model: id, precision }, [models]);
    const model = folders.find(({ folder }) => folder?.id === mine.id) ?? { id: mine.id, name: id };
    const name = shortName(folders, model);
    answer(
      { options, terminal },
      { id: mine.id, name, path: pulled.path, commit: pulled.commit, downloaded: pulled.fetched > 0 },
      `${id} is in ${pulled.path}${already} (${pulled.commit.slice(0, 7)})`,
      `Next: ${callOf(`models activate ${name}`)}`,
    );
  },
};
