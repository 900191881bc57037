// @ts-check
/** `npm ci` runs this: builds `dist/` where the bundler is installed, and otherwise requires it to be there. */
import process from 'node:process';
import { build, bundleState, canBuild } from './bundle.js';

const state = bundleState();
if (state !== 'current') {
  if (!canBuild()) {
    process.stderr.write(
      `dist/ is ${state} and the bundler is not installed: run "npm ci" with development dependencies first\n`,
    );
    process.exitCode = 1;
  } else if (!build('inherit')) process.exitCode = 1;
}
