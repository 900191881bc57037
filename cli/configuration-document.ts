/** The settings as a document for people and as a template of a `.env` file. */
import { SETTINGS, type Setting } from '../src/kernel/config/schema.ts';

const settings: [string, Setting][] = Object.entries(SETTINGS);
const groups = [...new Set(settings.map(([, { group }]) => group))];

const cell = (text: string) => text.replaceAll('|', '\\|');

export function configurationDocument(): string {
  const sections = groups.map((group) => {
    const rows = settings
      .filter(([, setting]) => setting.group === group)
      .map(([name, { description, expected, fallback, secret, aliases = [] }]) => {
        const also = aliases.length > 0 ? ` Also read as ${aliases.map((alias) => `\`${alias}\``).join(', ')}.` : '';
        const quiet = secret ? ' Never printed.' : '';
        return `| \`${name}\` | ${cell(description + also + quiet)} | ${cell(expected)} | ${cell(fallback ?? 'unset')} |`;
      });
    return `## ${group}\n\n| name | what it is | expected | default |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Configuration

Settings come from the environment; on Node also from a \`.env\` file in the working folder, over which the environment wins.
An empty value counts as unset. On Node a secret, any setting that is never printed, may be in a file: \`NAME_FILE=/run/secrets/name\` instead of \`NAME\`, for the API, the worker and the command line alike. A line break at its end is not part of it, and a relative path is looked up in systemd's \`$CREDENTIALS_DIRECTORY\` where that is set.

A value that is not as expected is refused at start, before a port opens, with the setting's name.

This page is generated from \`src/kernel/config/schema.ts\` by \`npm run docs\`; a test fails when it is stale.

${sections.join('\n')}`;
}

export function environmentExample(): string {
  const sections = groups.map((group) => {
    const lines = settings
      .filter(([, setting]) => setting.group === group)
      .map(
        ([name, { description, expected, fallback }]) =>
          `# ${description} Expected: ${expected}. Default: ${fallback ?? 'unset'}.\n#${name}=`,
      );
    return `## ${group}\n\n${lines.join('\n')}\n`;
  });
  return `# Copy to .env and set what you need; everything has a default in development.\n# A secret NAME may be in a file instead: NAME_FILE=/run/secrets/name.\n\n${sections.join('\n')}`;
}
