/** Copies the files of the pages to the folder that wrangler uploads: `[assets]` in wrangler.toml. */
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, bundleState } from '../bin/bundle.js';

const TARGET = fileURLToPath(new URL('../.wrangler/assets', import.meta.url));

if (bundleState() !== 'current') build('inherit');
// Lists the modules of the console when it is loaded.
const { ASSET_FILES } = await import('../src/adapters/assets.ts');
await rm(TARGET, { recursive: true, force: true });
for (const [name, { path }] of ASSET_FILES) {
  const target = join(TARGET, name);
  await mkdir(dirname(target), { recursive: true });
  await cp(path(), target);
}
