/** What a command answers: lines for people, or one JSON value for programs. */
import { plainJson } from './client/plain.ts';
import type { Call, Option } from './command.ts';

/** `--json` of a command whose answer has a form of its own. */
export const json: Option = { description: 'prints one JSON object' };
/** `--json` of a command that passes on what the server answered. */
export const jsonOfApi: Option = { description: 'prints the answer of the API' };

/** Prints `value` where `--json` was given, and the lines otherwise. */
export function answer({ options, terminal }: Pick<Call, 'options' | 'terminal'>, value: unknown, ...lines: string[]): void {
  for (const line of options.json === undefined ? lines : [plainJson(value)]) terminal.print(line);
}

/** Prints a line on the way to the answer: on standard error where the output is JSON. */
export function remark({ options, terminal }: Pick<Call, 'options' | 'terminal'>, line: string): void {
  if (options.json === undefined) terminal.print(line);
  else terminal.note(line);
}
