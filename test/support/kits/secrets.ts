/**
 * What the whole suite must not print: tests note every secret they make and everything a server of theirs wrote, and
 * `npm test` looks for the ones in the other at its end.
 */
import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Set by the test command; without it (a test run by itself) nothing is noted. */
const FOLDER = process.env.PHAROS_TEST_NOTES;

function note(kind: 'secrets' | 'output', text: string): void {
  if (!FOLDER) return;
  mkdirSync(FOLDER, { recursive: true });
  // A file per process: workers write side by side.
  appendFileSync(join(FOLDER, `${kind}-${process.pid}`), `${text}\n`);
}

export const noteSecrets = (...secrets: readonly string[]): void => note('secrets', secrets.join('\n'));
export const noteOutput = (text: string): void => note('output', text);

/** How many secrets were looked for in how much output, and how many of them were found there. */
export function findLeaks(folder: string): { secrets: number; bytes: number; leaks: number } {
  const read = (kind: string) =>
    readdirSync(folder)
      .filter((name) => name.startsWith(kind))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n');
  const secrets = new Set(
    read('secrets')
      .split('\n')
      .filter((secret) => secret.length >= 16),
  );
  const output = read('output');
  const leaks = [...secrets].filter((secret) => output.includes(secret)).length;
  return { secrets: secrets.size, bytes: output.length, leaks };
}
