/** `pharos models retire`: gives up a model that is not the active one. */
import { retireModel as retire } from '../../src/services/models/retire-model.ts';
import { answer, json } from '../answer.ts';
import { type Command, UsageError } from '../command.ts';
import { withModel } from '../models-session.ts';

export const retireModel: Command = {
  details: 'Its vectors are removed after a day; until then "models activate" takes them up again. The active model is refused.',
  args: [{ name: 'model', description: 'name or id of a registered model, as "models list" shows them' }],
  options: { json },
  run: async ({ args: [wanted = ''], options, terminal }) => {
    await withModel(wanted, async (session, { id, status }) => {
      if (!status) throw new UsageError(`${id} is not registered, so there is nothing to retire`);
      await retire(session, id);
      const { place } = session.database;
      const line = `${id} is retired: its vectors are removed after a day, in ${place}`;
      answer({ options, terminal }, { id, state: 'retired', database: place }, line);
    });
  },
};
