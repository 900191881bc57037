// @ts-check
/** `npm run worker`. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { run } from './run.js';

/** Of Node, for every start of the worker. @type {{ workerFlags: string[] }} */
const { workerFlags } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const isMissing = workerFlags.some((flag) => !process.execArgv.includes(flag));

// Node takes these flags at its start only. Replacing the process keeps its id, but closes a channel to its parent.
if (isMissing && process.send === undefined && process.execve !== undefined) {
  const [, ...script] = process.argv;
  process.execve(process.execPath, [process.execPath, ...workerFlags, ...process.execArgv, ...script], process.env);
}

await run('worker');
