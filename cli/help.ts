/** The texts of `pharos --help` and `pharos <command> --help`. */
import type { Argument, Command, Entry, Kind, Option } from './command.ts';

const rows = (pairs: readonly (readonly [string, string])[]) => {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, description]) => `  ${name.padEnd(width)}   ${description}`).join('\n');
};

const HEADINGS: Readonly<Record<Kind, string>> = {
  client: 'Your documents, at the server that PHAROS_URL names (default: http://localhost:8000):',
  operator: 'The server itself, by the configuration in the environment and .env:',
};

const EXAMPLES = `Examples:
  pharos login
  pharos ingest notes/ https://example.org/article
  pharos search "why does ice break off into the sea?"`;

/** `group`: the first word of the commands to list, such as `users`; without it all are listed. */
export function listHelp(commands: Readonly<Record<string, Entry>>, group?: string): string {
  const usage = `usage: pharos ${group === undefined ? '' : `${group} `}<command> [options]`;
  const more = 'pharos <command> --help   describes a command; pharos --version prints the version';
  const entries = Object.entries(commands);
  const listed = (chosen: typeof entries) => rows(chosen.map(([name, { summary }]) => [name, summary]));
  if (group !== undefined) return `${usage}\n\n${listed(entries.filter(([name]) => name.startsWith(`${group} `)))}\n\n${more}`;
  const sections = (['client', 'operator'] as const).map((kind) => {
    const chosen = entries.filter(([, entry]) => entry.kind === kind);
    return `${HEADINGS[kind]}\n${listed(chosen)}`;
  });
  return [usage, ...sections, EXAMPLES, more].join('\n\n');
}

const flagOf = (option: string, { value }: Option) => `--${option}${value === undefined ? '' : ` <${value}>`}`;

const wordOf = ({ name, optional, variadic }: Argument) => {
  const word = variadic ? `${name}...` : name;
  return optional ? `[${word}]` : `<${word}>`;
};

export function usageOf(name: string, { args = [], options = {} }: Command): string {
  const flags = Object.entries(options).map(([option, declared]) => {
    const flag = flagOf(option, declared);
    return declared.required ? flag : `[${flag}]`;
  });
  return ['usage: pharos', name, ...args.map(wordOf), ...flags].join(' ');
}

export function commandHelp(name: string, summary: string, command: Command): string {
  const { details, args = [], options = {}, examples = [] } = command;
  const described: (readonly [string, string])[] = [
    ...args.map(({ name: arg, description }) => [arg, description] as const),
    ...Object.entries(options).map(([option, declared]) => [flagOf(option, declared), declared.description] as const),
    ['-h, --help', 'prints this text'],
  ];
  const shown = examples.map((words) => `  pharos ${name}${words === '' ? '' : ` ${words}`}`).join('\n');
  return [
    usageOf(name, command),
    `${summary}${details === undefined ? '' : `\n${details}`}`,
    rows(described),
    ...(examples.length === 0 ? [] : [`Examples:\n${shown}`]),
  ].join('\n\n');
}
