/** `pharos <command>`: runs a command from a terminal. */
import manifest from '../package.json' with { type: 'json' };
import { plainLines } from './client/plain.ts';
import { type Entry, UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';
import { commandHelp, listHelp } from './help.ts';
import { commandName, parseCall, unknownCommand } from './parse.ts';
import type { Terminal } from './terminal.ts';

const HELP = ['-h', '--help'];
const VERSION = ['-v', '--version'];
/** Errors that the caller can correct. Compared by name, because their modules are loaded with a command only. */
const USAGE = ['UsageError', 'ConfigError', 'AppError'];

/** Runs the command that `words` name. Returns the exit code (0, 1 failure, 2 usage) and the message of the failure. */
export async function run(words: readonly string[], terminal: Terminal): Promise<{ code: 0 | 1 | 2; message?: string }> {
  try {
    await dispatch(words, terminal);
    return { code: 0 };
  } catch (error) {
    terminal.rewrite();
    const detail = error instanceof Error && 'detail' in error ? error.detail : undefined;
    const message = String(detail ?? (error instanceof Error ? error.message : error));
    return { code: error instanceof Error && USAGE.includes(error.name) ? 2 : 1, message: plainLines(message) };
  }
}

async function dispatch(given: readonly string[], terminal: Terminal): Promise<void> {
  const names = Object.keys(COMMANDS);
  // `pharos help users create` means `pharos users create --help`.
  const words = given[0] === 'help' ? [...given.slice(1), '--help'] : given;
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
  await command.run({ args, options, terminal, commands: COMMANDS });
}
