// @ts-check
/** `npm ci` runs this: builds `dist/` where the bundler is installed, and otherwise requires it to be there. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { bundleState, canBuild, ROOT } from './bundle.js';

const state = bundleState();
if (state !== 'current') {
  if (canBuild()) process.exit(spawnSync(process.execPath, [join(ROOT, 'build/bundle.ts')], { stdio: 'inherit' }).status ?? 1);
  process.stderr.write(`dist/ is ${state} and the bundler is not installed: run "npm ci" with development dependencies first\n`);
  process.exit(1);
}
