/** The program `pharos`: runs a command on the standard streams and exits with its code. */
import { run } from './run.ts';
import { createTerminal } from './terminal.ts';

const terminal = createTerminal({ input: process.stdin, output: process.stdout, errors: process.stderr });
const { code, message } = await run(process.argv.slice(2), terminal);
if (message !== undefined) process.stderr.write(`${message}\n`);
process.exitCode = code;
