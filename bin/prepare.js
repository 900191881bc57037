// @ts-check
/**
 * `npm ci` runs this: mends packages, and builds `dist/` where the bundler is installed, and otherwise requires it to be there.
 */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { build, bundleState, canBuild } from './bundle.js';

// The packed tarball has no folder `build`: its bundle holds the mended packages.
const patches = new URL('../build/patch-packages.js', import.meta.url);
if (existsSync(patches)) (await import(patches.href)).patchPackages();

const state = bundleState();
if (state !== 'current') {
  if (!canBuild()) {
    process.stderr.write(
      `dist/ is ${state} and the bundler is not installed: run "npm ci" with development dependencies first\n`,
    );
    process.exitCode = 1;
  } else if (!build('inherit')) process.exitCode = 1;
}
