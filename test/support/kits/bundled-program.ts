/** A program of the tests in one file, as `npm run build` bundles those of Pharos: it starts in a third of the time. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { EXTERNAL } from '../../../build/external.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Beneath the package, where the bundle finds the packages and the programs that it starts. */
const CACHE = join(ROOT, 'node_modules/.cache');

/** `remove` deletes the bundle. */
export async function bundledProgram(file: URL): Promise<{ path: string; remove(): Promise<void> }> {
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, 'pharos-program-'));
  const bundle = await rolldown({
    cwd: ROOT,
    platform: 'node',
    input: { program: fileURLToPath(file) },
    external: EXTERNAL,
    logLevel: 'silent',
  });
  await bundle.write({ dir: folder, format: 'esm' });
  await bundle.close();
  return { path: join(folder, 'program.js'), remove: () => rm(folder, { recursive: true, force: true }) };
}
