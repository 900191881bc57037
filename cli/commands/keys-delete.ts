/** `pharos keys delete`: a key that is not valid any more. */
import { answer, json } from '../answer.ts';
import { withServer } from '../client/connect.ts';
import type { Command } from '../command.ts';

export const deleteKey: Command = {
  args: [{ name: 'id', description: 'id of the key, as "pharos keys list" shows it' }],
  options: { json },
  run: async ({ args: [id = ''], options, terminal }) => {
    await withServer(({ pharos }) => pharos.delete('/auth/api-keys/{id}', { params: { path: { id } } }));
    answer({ options, terminal }, { deleted: id }, 'deleted');
  },
};
