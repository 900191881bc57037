/** `pharos models add`: documents are embedded for one more model. */
import { addModel as add } from '../../src/services/models/add-model.ts';
import { answer, json } from '../answer.ts';
import type { Command } from '../command.ts';
import { describeModel } from '../models.ts';
import { withModel } from '../models-session.ts';

export const addModel: Command = {
  details: 'New documents are embedded for it from now on. Searches go on with the active model until "models activate".',
  args: [{ name: 'model', description: 'name or id of a folder, as "models list" shows them' }],
  options: { json },
  run: async ({ args: [wanted = ''], options, terminal }) => {
    await withModel(wanted, async (session, model) => {
      const { id, state } = await add(session, await describeModel(model));
      const { place } = session.database;
      answer({ options, terminal }, { id, state, database: place }, `${id} is ${state}, in ${place}`);
    });
  },
};
