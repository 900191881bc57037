/** `pharos jobs list`: the queue, for an admin. */
import { withServer } from '../client/connect.ts';
import { plain, plainJson } from '../client/plain.ts';
import { numberOf, oneOf } from '../client/values.ts';
import type { Command } from '../command.ts';

const STATES = ['queued', 'running', 'done', 'dead', 'cancelled', 'retried'] as const;

export const listJobs: Command = {
  details: 'Needs an admin.',
  options: {
    state: { value: STATES.join('|'), description: 'only jobs in this state' },
    limit: { value: 'number', description: 'jobs to show, up to 100; 20 by default' },
    json: { description: 'prints the answer of the API' },
  },
  examples: ['--state dead'],
  run: async ({ options, terminal }) => {
    const query = {
      limit: numberOf('--limit', options.limit ?? '20', 1, 100),
      ...(options.state === undefined ? {} : { state: oneOf('--state', STATES, options.state) }),
    };
    const { jobs } = await withServer(({ pharos }) => pharos.get('/admin/jobs', { params: { query } }));
    if (options.json !== undefined) return terminal.print(plainJson(jobs));
    if (jobs.length === 0) return terminal.print('There are no such jobs.');
    for (const { id, kind, state, attempt, max_attempts: most, resource_id: resource, error } of jobs) {
      const what = [id, state.padEnd(9), kind, `${attempt}/${most}`, resource ?? '', error ? plain(error) : ''];
      terminal.print(what.filter((each) => each !== '').join('  '));
    }
  },
};
