/**
 * Secrets must not reach a log. Tests note the secrets that they create and the output of the servers that they start;
 * `npm test` searches the output for the secrets after the run.
 */
import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Set by the global set-up of a run. */
const FOLDER = process.env.PHAROS_TEST_NOTES;

function note(kind: 'secrets' | 'output', text: string): void {
  if (!FOLDER) return;
  mkdirSync(FOLDER, { recursive: true });
  // One file per process, because test processes write at the same time.
  appendFileSync(join(FOLDER, `${kind}-${process.pid}`), `${text}\n`);
}

export const noteSecrets = (...secrets: readonly string[]): void => note('secrets', secrets.join('\n'));
export const noteOutput = (text: string): void => note('output', text);

/** The number of secrets, the size of the output, and how many of the secrets occur in it. */
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
