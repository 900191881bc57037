/** `pharos keys delete`: a key that is not valid any more. */
import { withServer } from '../client/connect.ts';
import type { Command } from '../command.ts';

export const deleteKey: Command = {
  args: [{ name: 'id', description: 'id of the key, as "pharos keys list" shows it' }],
  run: async ({ args: [id = ''], terminal }) => {
    await withServer(({ pharos }) => pharos.delete('/auth/api-keys/{id}', { params: { path: { id } } }));
    terminal.print('deleted');
  },
};
