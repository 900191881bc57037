/** What a command of `pharos` declares, and the error for a mistake in how it was called. */
import type { Terminal } from './terminal.ts';

export interface Argument {
  readonly name: string;
  readonly description: string;
  readonly optional?: boolean;
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
}

/** Every command takes `-h` and `--help` besides its own options. */
export interface Command {
  /** Sentences for `--help` after the summary, which stands in the list of commands. */
  readonly details?: string;
  readonly args?: readonly Argument[];
  readonly options?: Readonly<Record<string, Option>>;
  run(call: Call): Promise<void>;
}

/** A mistake in how a command was called: the message goes to standard error, the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
