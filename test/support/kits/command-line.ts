/** `pharos <command>` in two forms: as a process, and within the test's process, which takes no start of Node. */
import { execFile } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { run } from '../../../cli/run.ts';
import { createTerminal } from '../../../cli/terminal.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Settings = Readonly<Record<string, string>>;

/** Runs the program with `settings` as its only environment besides PATH. */
export const runProgram = (args: readonly string[], settings: Settings, input = '') =>
  new Promise<Ran>((resolve) => {
    const env = { PATH: process.env.PATH, ...settings };
    const child = execFile(process.execPath, ['bin/pharos.js', ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
    child.stdin?.end(input);
  });

/**
 * Runs the command in this process. The result is that of the program, but for what the log writes to standard error. One
 * command at a time: `settings` replace the environment of the whole process while it runs.
 */
export async function runCommand(args: readonly string[], settings: Settings, input = ''): Promise<Ran> {
  const streams = { input: new PassThrough(), output: new PassThrough(), errors: new PassThrough() };
  streams.input.end(input);
  const terminal = createTerminal(streams as unknown as Parameters<typeof createTerminal>[0]);
  const environment = process.env;
  process.env = { PATH: environment.PATH, ...settings };
  try {
    const { code, message } = await run(args, terminal);
    const [stdout, stderr] = [streams.output, streams.errors].map((stream) => String(stream.read() ?? ''));
    return { code, stdout: stdout as string, stderr: `${stderr}${message === undefined ? '' : `${message}\n`}` };
  } finally {
    process.env = environment;
  }
}
