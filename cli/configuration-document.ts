/** Renders the settings as docs/configuration.md and as .env.example. */
import { defaultOf, expectedOf, type Setting } from '../src/kernel/config/setting.ts';
import { SETTINGS } from '../src/kernel/config/settings.ts';

const groups = Map.groupBy(Object.entries<Setting>(SETTINGS), ([, { group }]) => group);

const cell = (text: string) => text.replaceAll('|', '\\|');

/** Markdown: one table for each group of settings. */
export function configurationDocument(): string {
  const sections = [...groups].map(([group, settings]) => {
    const rows = settings.map(([name, setting]) => {
      const { description, secret, aliases = [] } = setting;
      const also = aliases.length > 0 ? ` Also read as ${aliases.map((alias) => `\`${alias}\``).join(', ')}.` : '';
      const hidden = secret ? ' Never printed.' : '';
      const cells = [description + also + hidden, expectedOf(setting), defaultOf(setting)].map(cell);
      return `| \`${name}\` | ${cells.join(' | ')} |`;
    });
    return `## ${group}\n\n| name | description | expected | default |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Configuration

Settings come from the environment; on Node also from a \`.env\` file in the working folder. The environment takes precedence.
An empty value counts as unset.

On Node a secret, which is any setting marked "Never printed", may be in a file: set \`NAME_FILE=/run/secrets/name\` instead of \`NAME\`. This holds for the API, the worker and the command line. One line break at the end of the file is dropped. A relative path is resolved in systemd's \`$CREDENTIALS_DIRECTORY\` where that is set.

An invalid value stops the start before a port opens; the error names the setting and what was expected.

This page is generated from \`src/kernel/config/settings.ts\` by \`npm run docs\`; a test fails when it is out of date.

${sections.join('\n')}`;
}

/** A template of a .env file in which every setting is commented out. */
export function environmentExample(): string {
  const sections = [...groups].map(([group, settings]) => {
    const lines = settings.map(
      ([name, setting]) =>
        `# ${setting.description} Expected: ${expectedOf(setting)}. Default: ${defaultOf(setting)}.\n#${name}=`,
    );
    return `## ${group}\n\n${lines.join('\n')}\n`;
  });
  return `# Copy to .env and set what you need; everything has a default in development.\n# A secret NAME may be in a file instead: NAME_FILE=/run/secrets/name.\n\n${sections.join('\n')}`;
}
