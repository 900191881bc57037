/** From the words after `pharos` to a command, its arguments and its options. */
import { parseArgs } from 'node:util';
import { callOf } from './call.ts';
import { type Command, UsageError } from './command.ts';
import { usageOf } from './help.ts';
import { didYouMean } from './suggest.ts';

/** The name of a command at the beginning of `words`, of one word or two; undefined where there is none. */
export function commandName(words: readonly string[], names: readonly string[]): string | undefined {
  return [words.slice(0, 2).join(' '), words[0] ?? ''].find((name) => names.includes(name));
}

/** Throws UsageError: `words` name no command. */
export function unknownCommand(words: readonly string[], names: readonly string[]): never {
  const given = words.slice(0, 2).filter((word) => !word.startsWith('-'));
  const [typed = ''] = words;
  if (typed.startsWith('-')) throw new UsageError(`unknown option ${typed}${didYouMean(typed, ['--help', '--version'])}`);
  const [groups, single] = [names.filter((name) => name.includes(' ')), names.filter((name) => !name.includes(' '))];
  // Where "users" is right, only the second word can be mistyped. The second word of others may be an argument.
  const isGroup = groups.some((name) => name.startsWith(`${typed} `));
  const forms = isGroup ? [[given.join(' '), groups] as const] : [[typed, single] as const, [given.join(' '), groups] as const];
  const [shown, meant] = forms
    .map(([form, known]) => [form, didYouMean(form, known)] as const)
    .find(([, each]) => each !== '') ?? [isGroup ? given.join(' ') : typed, ''];
  throw new UsageError(`unknown command "${shown}"${meant}\nrun "${callOf('--help')}" for a list`);
}

export interface ParsedCall {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | undefined>>;
  readonly help: boolean;
}

/** Throws UsageError for an unknown or incomplete option, a missing argument, or one too many. */
export function parseCall(name: string, command: Command, words: readonly string[]): ParsedCall {
  const { args = [] } = command;
  const { values, positionals } = parseStrictly(name, command, words);
  const { help, ...given } = values;
  if (help === true) return { args: [], options: {}, help: true };
  const missing = args.slice(positionals.length).find(({ optional }) => !optional);
  if (missing) throw new UsageError(`missing argument <${missing.name}>: ${missing.description}\n${usageOf(name, command)}`);
  const surplus = args.at(-1)?.variadic ? undefined : positionals[args.length];
  if (surplus !== undefined) throw new UsageError(`unexpected argument "${surplus}"\n${usageOf(name, command)}`);
  const texts = Object.fromEntries(
    Object.entries(given).map(([option, value]) => [option, value === undefined ? value : `${value}`]),
  );
  return { args: positionals, options: texts, help: false };
}

function parseStrictly(name: string, command: Command, words: readonly string[]) {
  const { options = {} } = command;
  const names = Object.keys(options);
  const types = Object.fromEntries(
    Object.entries(options).map(([option, { value }]) => [
      option,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { ...types, help: { type: 'boolean' as const, short: 'h' } },
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const option = /'(?:-\w, )?(--?[^\s',=]*)/.exec(error instanceof Error ? error.message : '')?.[1] ?? '';
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
      const known = [...names, 'help'].map((known) => `--${known}`);
      throw new UsageError(`unknown option ${option}${didYouMean(option, known)}\n${usageOf(name, command)}`, { cause: error });
    }
    if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
      throw new UsageError(
        `option ${option} ${options[option.slice(2)]?.value !== undefined ? 'needs a value' : 'takes no value'}\n${usageOf(name, command)}`,
        { cause: error },
      );
    }
    throw error;
  }
}
