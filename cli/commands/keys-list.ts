/** `pharos keys list`: the account's API keys. */
import { withServer } from '../client/connect.ts';
import { plain, plainJson } from '../client/plain.ts';
import type { Command } from '../command.ts';

export const listKeys: Command = {
  details: 'Needs a login: an API key may not see or make others.',
  options: { json: { description: 'prints the answer of the API' } },
  run: async ({ options, terminal }) => {
    const { api_keys: keys } = await withServer(({ pharos }) => pharos.get('/auth/api-keys'));
    if (options.json !== undefined) return terminal.print(plainJson(keys));
    if (keys.length === 0) return terminal.print('There are no keys.');
    for (const { id, prefix, name, scopes, expires_at } of keys) {
      terminal.print(
        [id, `${plain(prefix)}...`, plain(name), scopes.join(','), expires_at ? `until ${expires_at}` : ''].join('  ').trimEnd(),
      );
    }
  },
};
