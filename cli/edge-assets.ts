/** Copies the files of the pages to the folder that wrangler uploads: `[assets]` in wrangler.toml. */
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ASSET_FILES } from '../src/adapters/assets.ts';

const TARGET = fileURLToPath(new URL('../.wrangler/assets', import.meta.url));

await rm(TARGET, { recursive: true, force: true });
for (const [name, { path }] of ASSET_FILES) {
  const target = join(TARGET, name);
  await mkdir(dirname(target), { recursive: true });
  await cp(path(), target);
}
