/** Global set-up of every run: a folder that its test processes share, for notes of secrets and for the Workers bundle. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function setup(): (() => void) | undefined {
  // `npm test` makes the folder itself, because it reads the notes after the run.
  if (process.env.PHAROS_TEST_NOTES !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'pharos-test-notes-'));
  process.env.PHAROS_TEST_NOTES = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
