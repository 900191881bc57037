/** What a command of `pharos` declares, and the error for a mistake in how it was called. */
import type { Terminal } from './terminal.ts';

export interface Argument {
  readonly name: string;
  readonly description: string;
  readonly optional?: boolean;
  /** Takes all words that remain; only the last argument may. */
  readonly variadic?: boolean;
}

export interface Option {
  /** How its value is shown in the help: `--tier <tier>`. Absent: a flag without a value, which is `true` where it is given. */
  readonly value?: string;
  readonly description: string;
  /** The help shows it without brackets. */
  readonly required?: boolean;
}

export interface Call {
  /** In the order of `Command.args`; optional ones may be missing at the end. */
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  /** Every command by its name. */
  readonly commands: Readonly<Record<string, Entry>>;
}

/** Every command takes `-h` and `--help` besides its own options. */
export interface Command {
  /** Sentences for `--help` after the summary, which stands in the list of commands. */
  readonly details?: string;
  /** Calls with their arguments, each shown as an example. */
  readonly examples?: readonly string[];
  readonly args?: readonly Argument[];
  readonly options?: Readonly<Record<string, Option>>;
  run(call: Call): Promise<void>;
}

/** `client` commands speak HTTP to a server; `operator` commands open the configured database and files. */
export type Kind = 'client' | 'operator';

export interface Entry {
  readonly kind: Kind;
  readonly summary: string;
  load(): Promise<Command>;
}

/** A mistake in how a command was called: the message goes to standard error, the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
