/**
 * Global set-up of every run: a folder that its test processes share, for notes of secrets and for the Workers bundle, and one
 * that outlasts the run, for compiled modules.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Hundreds of processes and threads load the same packages and sources. Node compares each with its content. */
const COMPILED = fileURLToPath(new URL('../../../node_modules/.cache/pharos-tests', import.meta.url));

export function setup(): (() => void) | undefined {
  process.env.NODE_COMPILE_CACHE ??= COMPILED;
  // `npm test` makes the folder itself, because it reads the notes after the run.
  if (process.env.PHAROS_TEST_NOTES !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'pharos-test-notes-'));
  process.env.PHAROS_TEST_NOTES = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
