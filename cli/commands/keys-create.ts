/** `pharos keys create`: an API key for a program. */
import { withServer } from '../client/connect.ts';
import { plainJson } from '../client/plain.ts';
import { listOf, oneOf } from '../client/values.ts';
import { type Command, UsageError } from '../command.ts';

const SCOPES = ['resources:read', 'resources:write', 'resources:delete', 'search', 'admin'] as const;

export const createKey: Command = {
  details: 'The key is shown once. Needs a login of the last 15 minutes: an API key may not make others.',
  args: [{ name: 'name', description: 'what the key is for' }],
  options: {
    scopes: { value: 'a,b', description: `what it may do, of ${SCOPES.join(', ')}; all that you may by default` },
    expires: { value: 'date', description: 'its last moment, such as 2027-01-31 or 2027-01-31T12:00:00Z' },
    json: { description: 'prints the answer of the API' },
  },
  examples: ['backup --scopes resources:read,search'],
  run: async ({ args: [name = ''], options, terminal }) => {
    const scopes = listOf(options.scopes).map((scope) => oneOf('--scopes', SCOPES, scope));
    const body = {
      name,
      ...(scopes.length === 0 ? {} : { scopes }),
      ...(options.expires === undefined ? {} : { expires_at: timeOf(options.expires) }),
    };
    const created = await withServer(({ pharos }) => pharos.post('/auth/api-keys', { body }));
    terminal.print(options.json === undefined ? created.key : plainJson(created));
  },
};

function timeOf(text: string): string {
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new UsageError(`--expires: expected a date such as 2027-01-31, not "${text}"`);
  return new Date(at).toISOString();
}
