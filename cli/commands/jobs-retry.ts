/** `pharos jobs retry`: another run of a job that gave up. */
import { answer, jsonOfApi } from '../answer.ts';
import { withServer } from '../client/connect.ts';
import { plain } from '../client/plain.ts';
import type { Command } from '../command.ts';

export const retryJob: Command = {
  details: 'Needs an admin.',
  args: [{ name: 'id', description: 'id of a job that is dead' }],
  options: { json: jsonOfApi },
  run: async ({ args: [id = ''], options, terminal }) => {
    const job = await withServer(({ pharos }) => pharos.post('/admin/jobs/{id}/retry', { params: { path: { id } } }));
    answer({ options, terminal }, job, `queued as ${plain(job.id)}`);
  },
};
