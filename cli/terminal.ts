/** Standard input and output of the command line. */

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { styleText } from 'node:util';

export interface Terminal {
  print(line: string): void;
  /** Shows lines that the next call replaces, or removes them; shows nothing where the output is not a terminal. */
  rewrite(...lines: string[]): void;
  /** A line on standard error, such as what has been done so far. */
  note(line: string): void;
  /** Asks for a secret without echo on a terminal; otherwise reads all of standard input, without the last line break. */
  readSecret(prompt: string): Promise<string>;
  /** Asks a question and reads a line. Only where `isInteractive`. */
  ask(prompt: string): Promise<string>;
  /** All of standard input. Throws where it has more than `most` bytes, and reads no further. */
  readInput(most: number): Promise<Uint8Array>;
  /** Standard input is a terminal. */
  readonly isInteractive: boolean;
  /** Coloured on a terminal, unless NO_COLOR is set. */
  paint(style: Style, text: string): string;
  /** Characters of a line; undefined where the output is not a terminal. */
  readonly columns: number | undefined;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export interface TerminalStreams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Takes prompts, so that the output of a command can be piped. */
  readonly errors: NodeJS.WriteStream;
}

/** Bytes of a secret on standard input. */
const MAX_SECRET = 64 * 1024;

async function readAll(input: AsyncIterable<Uint8Array | string>, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const part = Buffer.from(chunk as Uint8Array);
    size += part.byteLength;
    if (size > most)
      throw new Error(`standard input is larger than ${most >= MEGABYTE ? `${most / MEGABYTE} MB` : `${most} bytes`}`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const MEGABYTE = 1024 * 1024;

export function createTerminal({ input, output, errors }: TerminalStreams): Terminal {
  /** Lines on the screen that the next call replaces. The cursor is in the last of them. */
  let shown = 0;

  function erase(): string {
    const up = shown > 1 ? `\x1b[${shown - 1}A` : '';
    shown = 0;
    return `${up}\r\x1b[J`;
  }

  function rewrite(...lines: string[]): void {
    if (!output.isTTY || (lines.length === 0 && shown === 0)) return;
    const fitting = lines.slice(0, Math.max(1, (output.rows ?? 24) - 1));
    // Without wrapping, a line of wide characters stays one line.
    output.write(`${erase()}${fitting.length === 0 ? '' : `\x1b[?7l${fitting.join('\n')}\x1b[?7h`}`);
    shown = fitting.length;
  }

  function print(line: string): void {
    output.write(`${shown > 0 ? erase() : ''}${line}\n`);
  }

  async function readSecret(prompt: string): Promise<string> {
    if (!input.isTTY) return String(await readAll(input, MAX_SECRET)).replace(/\r?\n$/, '');
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

  async function ask(prompt: string): Promise<string> {
    const lines = createInterface({ input, output: errors });
    const cancelled = new AbortController();
    lines.on('close', () => cancelled.abort());
    try {
      return await lines.question(prompt, { signal: cancelled.signal });
    } catch (cause) {
      throw new Error('cancelled', { cause });
    } finally {
      lines.close();
    }
  }

  return {
    print,
    rewrite,
    note: (line) => void errors.write(`${line}\n`),
    readSecret,
    ask,
    readInput: (most) => readAll(input, most),
    isInteractive: input.isTTY === true,
    paint: (style, words) => styleText(style, words, { stream: output }),
    get columns() {
      return output.isTTY ? Math.max(20, output.columns ?? 80) : undefined;
    },
  };
}
