/** The program `pharos`: runs a command on the standard streams and exits with its code. */
import { run } from './run.ts';
import { createTerminal } from './terminal.ts';

// The reader of the output, such as `head`, may leave before the command ends.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const terminal = createTerminal({ input: process.stdin, output: process.stdout, errors: process.stderr });
const { code, message } = await run(process.argv.slice(2), terminal);
if (message !== undefined) process.stderr.write(`${message}\n`);
process.exitCode = code;
