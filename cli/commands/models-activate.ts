/** `pharos models activate`: the switch to another model, once every document is embedded for it. */
import { activateModel as activate } from '../../src/services/models/activate-model.ts';
import { answer, json } from '../answer.ts';
import { callOf } from '../call.ts';
import type { Command } from '../command.ts';
import { describeModel } from '../models.ts';
import { withModel } from '../models-session.ts';

export const activateModel: Command = {
  details:
    'Registers the model if need be. A worker embeds what is missing, in the background; searches use the model before until\n' +
    'then. The latest request wins. Activating the active model withdraws a request for another.',
  args: [{ name: 'model', description: 'name or id of a folder, as "models list" shows them' }],
  options: { json },
  run: async ({ args: [wanted = ''], options, terminal }) => {
    await withModel(wanted, async (session, model) => {
      const state = await activate(session, await describeModel(model));
      const { place } = session.database;
      const lines =
        state === 'active'
          ? [`${model.id} is active, in ${place}`]
          : [
              `${model.id} becomes active once every document is embedded for it, in ${place}`,
              `A running worker embeds what is missing. "${callOf('models list')}" shows how far it is.`,
            ];
      answer({ options, terminal }, { id: model.id, state, database: place }, ...lines);
    });
  },
};
