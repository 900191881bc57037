/** `pharos <command>`: what is done from a terminal, on the same configuration as the server. Exit codes: 0, 1 failure, 2 usage. */
import manifest from '../package.json' with { type: 'json' };
import { UsageError } from './command.ts';
import { COMMANDS, type Entry } from './commands.ts';
import { commandHelp, listHelp } from './help.ts';
import { commandName, parseCall, unknownCommand } from './parse.ts';
import { createTerminal } from './terminal.ts';

const HELP = ['-h', '--help'];
const VERSION = ['-v', '--version'];

async function main(words: readonly string[]): Promise<void> {
  const terminal = createTerminal({ input: process.stdin, output: process.stdout, errors: process.stderr });
  const names = Object.keys(COMMANDS);
  const [first = ''] = words;
  if (VERSION.includes(first)) return terminal.print(manifest.version);
  if (HELP.includes(first)) return terminal.print(listHelp(COMMANDS));
  const name = commandName(words, names);
  if (name === undefined) {
    const group = names.some((known) => known.startsWith(`${first} `)) ? first : undefined;
    if (words.length === 2 && HELP.includes(words[1] ?? '') && group) return terminal.print(listHelp(COMMANDS, group));
    if (words.length === 0 || (words.length === 1 && group)) throw new UsageError(listHelp(COMMANDS, group));
    return unknownCommand(words, names);
  }
  const entry = COMMANDS[name] as Entry;
  const command = await entry.load();
  const { args, options, help } = parseCall(name, command, words.slice(name.split(' ').length));
  if (help) return terminal.print(commandHelp(name, entry.summary, command));
  await command.run({ args, options, terminal });
}

/** Errors that the caller can correct. Compared by name, because their modules are loaded with a command only. */
const USAGE = ['UsageError', 'ConfigError', 'AppError'];

try {
  await main(process.argv.slice(2));
} catch (error) {
  const detail = error instanceof Error && 'detail' in error ? error.detail : undefined;
  process.stderr.write(`${detail ?? (error instanceof Error ? error.message : error)}\n`);
  process.exitCode = error instanceof Error && USAGE.includes(error.name) ? 2 : 1;
}
