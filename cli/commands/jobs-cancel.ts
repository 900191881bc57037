/** `pharos jobs cancel`: ends a job that waits or runs. */
import { answer, jsonOfApi } from '../answer.ts';
import { withServer } from '../client/connect.ts';
import { plain } from '../client/plain.ts';
import type { Command } from '../command.ts';

export const cancelJob: Command = {
  details:
    'Needs an admin. What a document has so far is kept, and "jobs retry" runs the rest. Without an admin, "cancel" stops your\n' +
    'own documents.',
  args: [{ name: 'id', description: 'id of a job that is queued or running' }],
  options: { json: jsonOfApi },
  run: async ({ args: [id = ''], options, terminal }) => {
    const job = await withServer(({ pharos }) => pharos.post('/admin/jobs/{id}/cancel', { params: { path: { id } } }));
    answer({ options, terminal }, job, `${job.state} ${plain(job.id)}`);
  },
};
