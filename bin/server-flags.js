// @ts-check
/**
 * Node's flags for the servers, and variables of theirs that glibc reads, which package.json lists. Both are taken at the start of
 * a process only.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** Starts this process again with the flags and variables, unless it has them. */
export function requireServerFlags() {
  /** @type {{ serverFlags?: string[], serverEnvironment?: Record<string, string> }} */
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const { serverFlags = [], serverEnvironment = {} } = manifest;
  const environment = { ...serverEnvironment, ...process.env };
  const isMissing =
    serverFlags.some((flag) => !process.execArgv.includes(flag)) ||
    Object.keys(serverEnvironment).some((name) => process.env[name] === undefined);
  // Replacing the process keeps its id, but closes a channel to its parent.
  if (!isMissing || process.send !== undefined || process.execve === undefined) return;
  const [, ...script] = process.argv;
  const flags = [...serverFlags, ...process.execArgv.filter((flag) => !serverFlags.includes(flag))];
  process.execve(process.execPath, [process.execPath, ...flags, ...script], environment);
}
