/** The texts of `pharos --help` and `pharos <command> --help`. */
import type { Command, Option } from './command.ts';
import type { Entry } from './commands.ts';

const rows = (pairs: readonly (readonly [string, string])[]) => {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, description]) => `  ${name.padEnd(width)}   ${description}`).join('\n');
};

/** `group`: the first word of the commands to list, such as `users`; without it all are listed. */
export function listHelp(commands: Readonly<Record<string, Entry>>, group?: string): string {
  const entries = Object.entries(commands).filter(([name]) => group === undefined || name.startsWith(`${group} `));
  const usage = `usage: pharos ${group === undefined ? '' : `${group} `}<command> [options]`;
  const more = 'pharos <command> --help   describes a command; pharos --version prints the version';
  return `${usage}\n\n${rows(entries.map(([name, { summary }]) => [name, summary]))}\n\n${more}`;
}

const flagOf = (option: string, { value }: Option) => `--${option}${value === undefined ? '' : ` <${value}>`}`;

export function usageOf(name: string, { args = [], options = {} }: Command): string {
  const words = args.map(({ name: arg, optional }) => (optional ? `[${arg}]` : `<${arg}>`));
  const flags = Object.entries(options).map(([option, declared]) => {
    const flag = flagOf(option, declared);
    return declared.required ? flag : `[${flag}]`;
  });
  return ['usage: pharos', name, ...words, ...flags].join(' ');
}

export function commandHelp(name: string, summary: string, command: Command): string {
  const { details, args = [], options = {} } = command;
  const described: (readonly [string, string])[] = [
    ...args.map(({ name: arg, description }) => [arg, description] as const),
    ...Object.entries(options).map(([option, declared]) => [flagOf(option, declared), declared.description] as const),
    ['-h, --help', 'prints this text'],
  ];
  return `${usageOf(name, command)}\n\n${summary}${details === undefined ? '' : `\n${details}`}\n\n${rows(described)}`;
}
