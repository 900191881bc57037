/** `pharos models retire`: gives up a model that is not the active one. */
import { retireModel as retire } from '../../src/services/models/retire-model.ts';
import { type Command, UsageError } from '../command.ts';
import { withModel } from '../models-session.ts';

export const retireModel: Command = {
  details: 'Its vectors are removed after a day; until then "models activate" takes them up again. The active model is refused.',
  args: [{ name: 'model', description: 'name or id of a registered model, as "models list" shows them' }],
  run: async ({ args: [wanted = ''], terminal }) => {
    await withModel(wanted, async (session, { id, status }) => {
      if (!status) throw new UsageError(`${id} is not registered, so there is nothing to retire`);
      await retire(session, id);
      terminal.print(`${id} is retired: its vectors are removed after a day, in ${session.database.place}`);
    });
  },
};
