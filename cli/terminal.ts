/** Standard input and output of the command line. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface Terminal {
  print(line: string): void;
  /** Shows a line that the next call replaces; shows nothing where the output is not a terminal. */
  rewrite(line: string): void;
  /** Asks for a secret without echo on a terminal; otherwise reads all of standard input, without the last line break. */
  readSecret(prompt: string): Promise<string>;
  readonly isInteractive: boolean;
}

export interface TerminalStreams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Takes prompts, so that the output of a command can be piped. */
  readonly errors: NodeJS.WriteStream;
}

export function createTerminal({ input, output, errors }: TerminalStreams): Terminal {
  let shown = 0;

  function rewrite(line: string): void {
    if (!output.isTTY) return;
    output.write(`\r${line.padEnd(shown)}`);
    shown = line.length;
  }

  function print(line: string): void {
    if (shown > 0) output.write(`\r${' '.repeat(shown)}\r`);
    shown = 0;
    output.write(`${line}\n`);
  }

  async function readSecret(prompt: string): Promise<string> {
    if (!input.isTTY) return (await text(input)).replace(/\r?\n$/, '');
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const lines = createInterface({ input, output: silent, terminal: true });
    const cancelled = new AbortController();
    lines.on('SIGINT', () => cancelled.abort());
    lines.on('close', () => cancelled.abort());
    errors.write(prompt);
    try {
      return await lines.question('', { signal: cancelled.signal });
    } catch (cause) {
      throw new Error('cancelled', { cause });
    } finally {
      lines.close();
      errors.write('\n');
    }
  }

  return { print, rewrite, readSecret, isInteractive: input.isTTY === true };
}
