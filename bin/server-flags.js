// @ts-check
/** Node's flags for the servers, which package.json lists. Node takes them at its start only. */
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** Starts this process again with the flags, unless it has them. */
export function requireServerFlags() {
  /** @type {{ serverFlags?: string[] }} */
  const { serverFlags = [] } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const isMissing = serverFlags.some((flag) => !process.execArgv.includes(flag));
  // Replacing the process keeps its id, but closes a channel to its parent.
  if (!isMissing || process.send !== undefined || process.execve === undefined) return;
  const [, ...script] = process.argv;
  process.execve(process.execPath, [process.execPath, ...serverFlags, ...process.execArgv, ...script], process.env);
}
