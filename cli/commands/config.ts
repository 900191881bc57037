/** `pharos config`: the settings of this installation as they are read, without its secrets. */
import { loadEnvironment } from '../../src/adapters/environment.ts';
import { parseConfig } from '../../src/kernel/config/config.ts';
import { defaultOf, type Setting } from '../../src/kernel/config/setting.ts';
import { SETTINGS } from '../../src/kernel/config/settings.ts';
import { plain, plainJson } from '../client/plain.ts';
import type { Command } from '../command.ts';

export const config: Command = {
  details: 'Shows the settings that are set, and exits with 2 where one is invalid. A secret is shown as "set" alone.',
  options: {
    all: { description: 'shows the others with their defaults, too' },
    json: { description: 'prints one JSON object' },
  },
  run: async ({ options, terminal }) => {
    const env = loadEnvironment();
    parseConfig(env);
    const rows = Object.entries<Setting>(SETTINGS).flatMap(([name, setting]): (readonly [string, string])[] => {
      const { secret, aliases = [] } = setting;
      const value = [name, ...aliases].map((each) => env[each]).find((each) => each !== undefined && each !== '');
      if (value !== undefined) return [[name, secret ? 'set' : withoutCredentials(value)]];
      return options.all === undefined ? [] : [[name, `default: ${defaultOf(setting)}`]];
    });
    if (options.json !== undefined) return terminal.print(plainJson(Object.fromEntries(rows)));
    if (rows.length === 0) return terminal.print('Nothing is set: every setting has its default.');
    for (const [name, value] of rows) terminal.print(`${name}=${plain(value)}`);
  },
};

/** User, password and query of an address may be secrets, whatever the setting. */
function withoutCredentials(value: string): string {
  if (!value.includes('://')) return value;
  const [address = ''] = value.split('?');
  const shown = address.replaceAll(/\/\/[^\s/]{1,500}@/g, '//***@');
  return address === value ? shown : `${shown}?***`;
}
