/** `pharos jobs retry`: another run of a job that gave up. */
import { withServer } from '../client/connect.ts';
import type { Command } from '../command.ts';

export const retryJob: Command = {
  details: 'Needs an admin.',
  args: [{ name: 'id', description: 'id of a job that is dead' }],
  run: async ({ args: [id = ''], terminal }) => {
    const job = await withServer(({ pharos }) => pharos.post('/admin/jobs/{id}/retry', { params: { path: { id } } }));
    terminal.print(`queued as ${job.id}`);
  },
};
